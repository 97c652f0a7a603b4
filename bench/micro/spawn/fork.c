// fork: a process with a copy of the parent's address space.
//
// APUE 3rd ed. 8.3, TLPI 24.2. Pages are copied on write, but page tables are copied at once: the
// cost grows with the memory that the parent has touched. Pages that the child writes to are then
// copied one by one, starting with its stack.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"

static void run(void)
{
    pid_t pid = fork();

    if (pid < 0)
        err(EXIT_FAILURE, "fork");
    if (pid == 0)
        _exit(CHILD_STATUS);
    reap(pid);
}

const struct spawn spawn = {
    .summary = "a process with a copy-on-write copy of the parent's memory",
    .source = "APUE 3rd ed. 8.3; TLPI 24.2 and 28.3",
    .family = PROCESS,
    .run = run,
};
