// The main program of every bench/micro/ipc/<name>.c: COUNT messages of BYTES to a peer, which
// answers each, or with --one-way only the last one.
//
// It measures no time itself. A run is timed from outside, and the cost of one round trip, or of
// one message in a stream, is the slope between two COUNTs: start, fork, exit and a stream's single
// answer cancel out. Besides the mechanism, the slope contains one memcmp of BYTES, and in round
// trips the peer's check of one byte.
#include <argp.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/base/number.h"
#include "bench/micro/ipc_run.h"

const char *argp_program_version = "forklore " VERSION;

enum { EXIT_USAGE = 2 };
enum { MAX_COUNT = 10 * 1000 * 1000, DEFAULT_MESSAGE_BYTES = 64 };
enum { OPTION_DESCRIBE = 1000, OPTION_PEER, OPTION_PEER_CPU, OPTION_ONE_WAY };

struct arguments {
    struct run run; // .count 0: not given
    bool describe;
};

static const char *const family_names[] = {
    [STREAM] = "stream", [MESSAGE] = "message", [SHARED] = "shared", [SPINNING] = "spinning"};

static bool is_thread(const char *text)
{
    if (strcmp(text, "thread") != 0 && strcmp(text, "process") != 0)
        errx(EXIT_USAGE, "--peer must be process or thread, not '%s'", text);
    return strcmp(text, "thread") == 0;
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
    case 's':
        arguments->run.message_bytes = number_whole(text, "BYTES", 1, MAX_MESSAGE_BYTES);
        return 0;
    case OPTION_PEER:
        arguments->run.peer_is_thread = is_thread(text);
        return 0;
    case OPTION_PEER_CPU:
        arguments->run.peer_cpu = (long)number_whole(text, "--peer-cpu", 0, INT_MAX);
        return 0;
    case OPTION_ONE_WAY:
        arguments->run.traffic = ONE_WAY;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run.count != 0)
            errx(EXIT_USAGE, "unexpected argument '%s' after COUNT", text);
        arguments->run.count = number_whole(text, "COUNT", 1, MAX_COUNT);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"size", 's', "BYTES", 0, "Length of a message, 1 to 65536 (default 64)", 0},
    {"peer", OPTION_PEER, "process|thread", 0, "Type of the peer (default process)", 0},
    {"peer-cpu", OPTION_PEER_CPU, "N", 0,
     "CPU that the peer runs on (default: as inherited). Choose the CPU of the initiator with "
     "taskset",
     0},
    {"one-way", OPTION_ONE_WAY, NULL, 0,
     "Send all messages without waiting for answers; the peer verifies them and answers only the "
     "last one",
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
        "Makes COUNT round trips of a message with a peer that echoes it, or sends the peer COUNT "
        "messages, and verifies every byte.\v"
        "Prints nothing on success. Time it from outside: the cost of one round trip, or one "
        "message, is the slope between two COUNTs. "
        "Exits with 77 and the reason if this machine cannot run it with these options.",
};

static void describe(void)
{
    printf("%s\t%s\t-\t-\t%s\t%s\n", program_invocation_short_name, family_names[ipc.family],
           ipc.source, ipc.summary);
    if (fflush(stdout) != 0)
        err(EXIT_FAILURE, "standard output");
}

int main(int argc, char *argv[])
{
    struct arguments arguments = {
        .run = {.message_bytes = DEFAULT_MESSAGE_BYTES, .peer_cpu = ANY_CPU}};

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0)
        return EXIT_USAGE;
    if (!arguments.describe && arguments.run.count == 0)
        errx(EXIT_USAGE, "COUNT is missing (see --help)");

    ipc_check(&arguments.run);
    if (arguments.describe)
        describe();
    else
        ipc_run(&arguments.run);
    return EXIT_SUCCESS;
}
