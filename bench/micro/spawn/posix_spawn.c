// posix_spawn: a process that runs a program, in one call.
//
// POSIX.1-2008 posix_spawn, posix_spawn(3). glibc implements it with a vfork-like clone and an
// exec. It always loads a program, so it includes the exec of the image, its dynamic loader, and
// the start of libc. Compare it with vfork_exec and fork_exec, not with fork.
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_image.h"

static void run(void)
{
    pid_t pid;

    errno = posix_spawn(&pid, image[0], NULL, NULL, image, environ);
    if (errno != 0)
        err(EXIT_FAILURE, "posix_spawn");
    reap(pid);
}

const struct spawn spawn = {
    .summary = "a process that executes a program (including exec and dynamic loader)",
    .source = "POSIX.1-2008 posix_spawn; posix_spawn(3)",
    .family = PROCESS,
    .loads_image = true,
    .run = run,
};
