// popen: a shell that executes a program whose output the parent reads.
//
// APUE 3rd ed. 15.3, TLPI 44.5. Like system, plus a pipe and a stream: the parent reads to the end
// of the output, which is empty, and reaps the shell with pclose.
#include <err.h>
#include <stdio.h>
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
    FILE *output = popen(IMAGE_COMMAND, "r");

    if (output == NULL)
        err(EXIT_FAILURE, "popen");
    while (getc(output) != EOF)
        ; // output of the image is not an error
    if (ferror(output))
        err(EXIT_FAILURE, "read of the child's output");

    int status = pclose(output);

    if (status < 0)
        err(EXIT_FAILURE, "pclose");
    check_status(status);
}

const struct spawn spawn = {
    .summary = "a shell that executes a program, with a pipe from its output to the parent",
    .source = "APUE 3rd ed. 15.3; TLPI 44.5; popen(3)",
    .family = PROCESS,
    .loads_image = true,
    .unsupported = unsupported,
    .run = run,
};
