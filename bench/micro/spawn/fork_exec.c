// fork and exec: a copy of the parent that immediately executes a program.
//
// APUE 3rd ed. 8.10, TLPI 27.1. The page tables are copied only to be thrown away: the cost is
// fork's, which grows with the memory that the parent has touched, plus that of the image.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_image.h"

static void run(void)
{
    pid_t pid = fork();

    if (pid < 0)
        err(EXIT_FAILURE, "fork");
    if (pid == 0) {
        execv(image[0], image);
        _exit(EXEC_FAILED);
    }
    reap(pid);
}

const struct spawn spawn = {
    .summary = "a process with a copy-on-write copy of the parent's memory, which then executes a "
               "program",
    .source = "APUE 3rd ed. 8.10; TLPI 27.1 and 28.3",
    .family = PROCESS,
    .loads_image = true,
    .run = run,
};
