// Background connections for the driver: keeps connections to the same server that are idle,
// silent, stalled, trickling or heavy, while the driver measures how they affect others. Prints
// "ready" and the numbers of connections in place, waiting and failed. It runs until its standard
// input ends or SIGTERM arrives, then prints its counts.
#include "clients/core/arguments.h"
#include "clients/core/crowd.h"

#include <argp.h>
#include <err.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

struct options {
    struct crowd crowd;
    const char *target;
    bool waits;
};

enum { WORD_OPTION = 256, EVERY_OPTION, LIMIT_OPTION, UNTIL_OPTION, WAIT_OPTION };

static const struct argp_option argp_options[] = {
    {"connections", 'c', "CONNECTIONS", 0, "Number of connections (default 1)", 0},
    {"behaviour", 'm', "BEHAVIOUR", 0,
     "silent: never sends a byte; idle: one echo, then nothing (default); stalled: sends and never "
     "reads; trickling: single bytes of a line that never ends; heavy: sends a line, reads its "
     "echo, and repeats",
     0},
    {"word", WORD_OPTION, "WORD", 0, "heavy: content of the line (default: heavy)", 0},
    {"every", EVERY_OPTION, "SECONDS", 0, "trickling: time between two bytes (default 0.5)", 0},
    {"limit", LIMIT_OPTION, "SECONDS", 0,
     "Report ready after SECONDS even if some still wait (default 10)", 0},
    {"until", UNTIL_OPTION, "FD", 0, "Run until end of file on FD instead of standard input", 0},
    {"wait", WAIT_OPTION, NULL, 0,
     "Print \"waiting\", and wait for a line on FD before the first connection", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    struct crowd *crowd = &options->crowd;
    switch (key) {
    case 'c':
        crowd->connections = (unsigned)whole(argument, "CONNECTIONS", 1, 1000000);
        return 0;
    case 'm':
        crowd->behaviour = behaviour_named(argument);
        if (crowd->behaviour == BEHAVIOURS)
            errx(2, "BEHAVIOUR must be silent, idle, stalled, trickling or heavy, not '%s'",
                 argument);
        return 0;
    case WORD_OPTION:
        if (strlen(argument) > 4096)
            errx(2, "WORD must be at most 4096 bytes");
        crowd->word = argument;
        return 0;
    case EVERY_OPTION:
        crowd->every_ns = seconds(argument, "SECONDS between two bytes", 0.001);
        return 0;
    case LIMIT_OPTION:
        crowd->limit_ns = seconds(argument, "the limit in SECONDS", 0.001);
        return 0;
    case UNTIL_OPTION:
        crowd->until_fd = (int)whole(argument, "FD", 0, 1e6);
        return 0;
    case WAIT_OPTION:
        options->waits = true;
        return 0;
    default:
        return target_option(key, argument, state, &options->target);
    }
}

static void print(const char *line)
{
    if (puts(line) == EOF || fflush(stdout) == EOF)
        err(1, "standard output");
}

static void await_line(int fd)
{
    char letter = 0;
    print("waiting");
    while (letter != '\n')
        if (read(fd, &letter, 1) != 1)
            errx(1, "no start signal: --until reached end of file");
}

static void ready(const struct standing *s)
{
    char text[96];
    snprintf(text, sizeof text, "ready %u waiting %u failed %u", s->in_place, s->waiting,
             s->failed);
    print(text);
}

int main(int argc, char **argv)
{
    struct options options = {
        .crowd = {.behaviour = IDLE,
                  .connections = 1,
                  .word = "heavy",
                  .every_ns = 500000000,
                  .limit_ns = 10000000000,
                  .until_fd = STDIN_FILENO},
    };
    struct argp argp = {
        argp_options,
        parse_option,
        "HOST:PORT",
        "Keeps background connections to an echo server, all with one behaviour, until "
        "standard input ends.",
        NULL,
        NULL,
        NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;
    options.crowd.target_bytes = resolve(options.target, &options.crowd.target);
    make_room_for(options.crowd.connections);
    signal(SIGPIPE,
           SIG_IGN); // if the reader of the output is gone, report an error instead of dying
    if (options.waits)
        await_line(options.crowd.until_fd);
    struct standing s = crowd_run(&options.crowd, ready);
    printf("in_place\t%u\nwaiting\t%u\nfailed\t%u\nechoes\t%" PRIu64 "\nbytes_sent\t%" PRIu64 "\n",
           s.in_place, s.waiting, s.failed, s.echoes, s.bytes_sent);
    if (fflush(stdout) == EOF)
        err(1, "standard output");
    if (s.failed)
        warnx("%s: %u of %u connections failed (%s)", options.target, s.failed,
              options.crowd.connections,
              s.last_errno ? strerror(s.last_errno) : "closed, or wrong answer");
    return s.failed > 0;
}
