// The program around every bench/spawn/<name>.c: COUNT children, one after the other.
//
// It holds no clock. A run is timed from outside, and the cost of one child is the slope between
// two COUNTs: starting and ending this program cancels out. The loop itself, an indirect call a
// child, is a nanosecond beside microseconds.
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

#include "bench/core/number.h"
#include "bench/core/spawn.h"

enum { EXIT_USAGE = 2, EXIT_SKIP = 77 };
enum { MAX_COUNT = 10 * 1000 * 1000 };
enum { OPTION_DESCRIBE = 1000 };

struct arguments {
    unsigned long count; // 0: not given
    bool describe;
};

static const char *const family_names[] = {[PROCESS] = "process", [THREAD] = "thread"};

void reap(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) < 0)
        err(EXIT_FAILURE, "waitpid");
    if (WIFSIGNALED(status))
        errx(EXIT_FAILURE, "the child was killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != CHILD_STATUS)
        errx(EXIT_FAILURE, "the child exited with status %d, not %d", WEXITSTATUS(status),
             CHILD_STATUS);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt says what is wrong; argp would add a second line
        return 0;
    case OPTION_DESCRIBE:
        arguments->describe = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->count != 0)
            errx(EXIT_USAGE, "one COUNT is enough: '%s' is too many", text);
        arguments->count = number_whole(text, "COUNT", 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"describe", OPTION_DESCRIBE, NULL, 0,
     "Print name, family, capacity, workers, source and summary, separated by tabs", 0},
    {0},
};

static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .args_doc = "COUNT",
    .doc = "Make COUNT processes (or threads) one after the other, each of which ends at once, and "
           "reap each.\v"
           "Prints nothing on success. Time it from outside: the cost of one child is the slope "
           "between two COUNTs. Exits with 77 and the reason if this machine cannot run it.",
};

int main(int argc, char *argv[])
{
    struct arguments arguments = {0};

    if (argc > 0 && strcmp(argv[0], CHILD_NAME) == 0)
        _exit(CHILD_STATUS);

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;

    if (arguments.describe)
        printf("%s\t%s\t-\t-\t%s\t%s\n", program_invocation_short_name, family_names[spawn.family],
               spawn.source, spawn.summary);
    else if (arguments.count == 0)
        errx(EXIT_USAGE, "COUNT is missing; --help says more");
    if (fflush(stdout) != 0)
        err(EXIT_FAILURE, "standard output");

    const char *reason = spawn.unsupported != NULL ? spawn.unsupported() : NULL;
    if (reason != NULL)
        errx(EXIT_SKIP, "%s", reason);

    // A caller that ignores SIGCHLD hands that down: the kernel would reap in our place.
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        err(EXIT_FAILURE, "signal");
    for (unsigned long made = 0; made < arguments.count && !arguments.describe; made++)
        spawn.run();
    return EXIT_SUCCESS;
}
