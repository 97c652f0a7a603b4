// vfork: a process that borrows the parent's memory and stack while the parent is suspended.
//
// APUE 3rd ed. 8.4, TLPI 24.3. Nothing is copied, so the cost does not grow with the parent. In
// return the child may only exec or _exit, and the parent continues only after that.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"

static void run(void)
{
    pid_t pid = vfork();

    if (pid < 0)
        err(EXIT_FAILURE, "vfork");
    if (pid == 0)
        _exit(CHILD_STATUS);
    reap(pid);
}

const struct spawn spawn = {
    .summary =
        "a process in the parent's memory and on its stack; the parent is suspended until it exits",
    .source = "APUE 3rd ed. 8.4; TLPI 24.3 and 28.3",
    .family = PROCESS,
    .run = run,
};
