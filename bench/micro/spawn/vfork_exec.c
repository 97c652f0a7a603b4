// vfork and exec: the purpose of vfork.
//
// APUE 3rd ed. 8.4, TLPI 24.3. The parent is suspended until the child has its own memory, and
// continues while the child loads its program. The cost is that of the image and does not grow with
// the parent.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_image.h"

static void run(void)
{
    pid_t pid = vfork();

    if (pid < 0)
        err(EXIT_FAILURE, "vfork");
    if (pid == 0) {
        execv(image[0], image);
        _exit(EXEC_FAILED);
    }
    reap(pid);
}

const struct spawn spawn = {
    .summary = "a process in the parent's memory and on its stack until it executes a program; the "
               "parent is suspended meanwhile",
    .source = "APUE 3rd ed. 8.4; TLPI 24.3 and 28.3",
    .family = PROCESS,
    .loads_image = true,
    .run = run,
};
