// system: a shell that executes a program, in one call.
//
// APUE 3rd ed. 8.13, TLPI 27.6. Two images instead of one: the shell's and the program's. glibc
// (since 2.29) starts the shell with posix_spawn, so the cost does not grow with the parent. The
// shell may fork again or become the program itself.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_image.h"

static const char *unsupported(void)
{
    return access("/bin/sh", X_OK) == 0 ? NULL : "there is no /bin/sh";
}

static void run(void)
{
    int status = system(IMAGE_COMMAND);

    if (status < 0)
        err(EXIT_FAILURE, "system");
    check_status(status);
}

const struct spawn spawn = {
    .summary = "a shell that executes a program, with terminal signals blocked",
    .source = "APUE 3rd ed. 8.13; TLPI 27.6; system(3)",
    .family = PROCESS,
    .loads_image = true,
    .unsupported = unsupported,
    .run = run,
};
