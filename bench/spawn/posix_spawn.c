// posix_spawn: a process that runs a program, in one call.
//
// POSIX.1-2008 posix_spawn, posix_spawn(3). glibc makes it of a vfork-like clone and an exec. It
// cannot make a child without a program, so this one includes what its neighbours do not: the exec
// of this same program, its dynamic loader, and the start of libc, up to the first line of main().
// Compare it with fork + exec, not with fork.
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/core/spawn.h"

// The child looks this up when it is already itself, and is then still the parent's program.
#define PROGRAM "/proc/self/exe"

static const char *unsupported(void)
{
    return access(PROGRAM, X_OK) == 0 ? NULL : PROGRAM " cannot be executed: /proc is not mounted";
}

static void run(void)
{
    char *arguments[] = {CHILD_NAME, NULL};
    pid_t pid;

    errno = posix_spawn(&pid, PROGRAM, NULL, NULL, arguments, environ);
    if (errno != 0)
        err(EXIT_FAILURE, "posix_spawn");
    reap(pid);
}

const struct spawn spawn = {
    .summary =
        "a process that executes this program anew (the exec and the dynamic loader are included)",
    .source = "POSIX.1-2008 posix_spawn; posix_spawn(3)",
    .family = PROCESS,
    .unsupported = unsupported,
    .run = run,
};
