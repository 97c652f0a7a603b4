// The main program of every bench/micro/spawn/<name>.c: COUNT children, one after another.
//
// It measures no time itself. A run is timed from outside, and the cost of one child is the slope
// between two COUNTs: starting and ending this program cancel out. The loop itself, an indirect
// call per child, takes a nanosecond where a child takes microseconds.
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/base/number.h"
#include "bench/micro/spawn.h"
#include "bench/micro/spawn_image.h"
#include "bench/micro/spawn_parent.h"

const char *argp_program_version = "forklore " VERSION;

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };
enum { MAX_COUNT = 10 * 1000 * 1000 };
enum { MAX_TOUCH_MIB = 1024 * 1024, MAX_DESCRIPTORS = 1000 * 1000, MAX_THREADS = 100 * 1000 };
enum { MAX_MAPPINGS = 1000 * 1000 };
enum {
    OPTION_DESCRIBE = 1000,
    OPTION_TOUCH,
    OPTION_HUGE,
    OPTION_DESCRIPTORS,
    OPTION_MAPPINGS,
    OPTION_THREADS,
    OPTION_IMAGE
};

struct arguments {
    unsigned long count; // 0: not given
    bool describe;
    struct parent parent;
};

static const char *const family_names[] = {[PROCESS] = "process", [THREAD] = "thread"};

static bool may_exit_0; // the image is any program

void check_status(int status)
{
    if (WIFSIGNALED(status))
        errx(EXIT_FAILURE, "the child was killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != CHILD_STATUS && !(may_exit_0 && WEXITSTATUS(status) == 0))
        errx(EXIT_FAILURE, "the child exited with status %d, not %d%s", WEXITSTATUS(status),
             CHILD_STATUS, may_exit_0 ? " or 0" : "");
}

void reap(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) < 0)
        err(EXIT_FAILURE, "waitpid");
    check_status(status);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt has printed the error; argp would add a second line
        return 0;
    case OPTION_DESCRIBE:
        arguments->describe = true;
        return 0;
    case OPTION_TOUCH:
        arguments->parent.touch_mib = number_whole(text, "--touch", 0, MAX_TOUCH_MIB);
        return 0;
    case OPTION_HUGE:
        arguments->parent.huge = true;
        return 0;
    case OPTION_DESCRIPTORS:
        arguments->parent.descriptors = number_whole(text, "--descriptors", 3, MAX_DESCRIPTORS);
        return 0;
    case OPTION_MAPPINGS:
        arguments->parent.mappings = number_whole(text, "--mappings", 0, MAX_MAPPINGS);
        return 0;
    case OPTION_THREADS:
        arguments->parent.threads = number_whole(text, "--threads", 0, MAX_THREADS);
        return 0;
    case OPTION_IMAGE:
        if (!spawn.loads_image)
            errx(EXIT_USAGE, "--image: this method executes no program");
        image_choose(text);
        may_exit_0 = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->count != 0)
            errx(EXIT_USAGE, "unexpected argument '%s' after COUNT", text);
        arguments->count = number_whole(text, "COUNT", 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"touch", OPTION_TOUCH, "MIB", 0,
     "Memory that the parent writes to before the first child, in pages of the usual size (default "
     "0)",
     0},
    {"huge", OPTION_HUGE, NULL, 0,
     "Put the memory of --touch into transparent huge pages; MIB must be a multiple of their size",
     0},
    {"descriptors", OPTION_DESCRIPTORS, "N", 0,
     "Open descriptors of the parent, including the standard three (default: as inherited)", 0},
    {"mappings", OPTION_MAPPINGS, "N", 0,
     "Additional mappings of the parent, of one written page each (default 0)", 0},
    {"threads", OPTION_THREADS, "N", 0, "Additional sleeping threads of the parent (default 0)", 0},
    {"image", OPTION_IMAGE, "PATH", 0,
     "Program that the child executes, with the single argument " CHILD_NAME
     "; it must exit with 42 or 0 (default: this program, which exits with 42 at once). Only for "
     "methods that execute a program",
     0},
    {"describe", OPTION_DESCRIBE, NULL, 0,
     "Print name, family, capacity, workers, source and summary, tab-separated, if this machine "
     "can run it with the other options",
     0},
    {0},
};

static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .args_doc = "COUNT",
    .doc =
        "Creates COUNT processes (or threads) one after another, each of which exits at once, and "
        "reaps each.\v"
        "Prints nothing on success. Time it from outside: the cost of one child is the slope "
        "between two COUNTs. Exits with 77 and the reason if this machine cannot run it.",
};

static void describe(void)
{
    printf("%s\t%s\t-\t-\t%s\t%s\n", program_invocation_short_name, family_names[spawn.family],
           spawn.source, spawn.summary);
    if (fflush(stdout) != 0)
        err(EXIT_FAILURE, "standard output");
}

int main(int argc, char *argv[])
{
    struct arguments arguments = {0};

    if (argc == 2 && strcmp(argv[1], CHILD_NAME) == 0)
        _exit(CHILD_STATUS);

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;

    if (!arguments.describe && arguments.count == 0)
        errx(EXIT_USAGE, "COUNT is missing (see --help)");

    const char *reason = spawn.unsupported != NULL ? spawn.unsupported() : NULL;
    if (reason == NULL && spawn.loads_image)
        reason = image_missing();
    if (reason != NULL)
        errx(EXIT_SKIP, "%s", reason);

    parent_check(&arguments.parent);
    if (arguments.describe) {
        describe();
        return EXIT_SUCCESS;
    }

    // If the caller ignores SIGCHLD, this is inherited: the kernel would reap the children.
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    parent_become(&arguments.parent);
    for (unsigned long made = 0; made < arguments.count; made++)
        spawn.run();
    return EXIT_SUCCESS;
}
