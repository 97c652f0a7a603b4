// Whether wrong bytes are noticed, by whichever end gets them: a mechanism that lies, planted under
// what every bench/micro/ipc/*.c runs in. With arguments this program is that mechanism; without,
// it is the test, which runs itself. Run from the directory that holds build/.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/base/number.h"
#include "bench/micro/ipc_run.h"
#include "tests/core/program.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- the mechanism: two pipes ----

enum lie {
    HONEST,
    FLIPS_THE_FIRST,
    FLIPS_THE_LAST, // bit of a message
    SENDS_STALE,    // the message before, once more
    LOSES_ONE,      // and sends the next one in its place
    FAILS,          // as a call does that ends in an error
    LIES
};
enum { COUNT = 300, LIES_AT = 200, MESSAGE_BYTES = 100 };

static enum lie lie;
static enum role mutant;
static int pipes[ROLES][2];
static _Thread_local enum role own;
static _Thread_local unsigned sent;
static _Thread_local unsigned char before[MESSAGE_BYTES];

static void open_pipes(enum traffic traffic)
{
    (void)traffic;
    if (pipe(pipes[INITIATOR]) < 0 || pipe(pipes[PEER]) < 0)
        err(EXIT_FAILURE, "pipe");
}

static void take_ends(enum role self)
{
    own = self;
}

static void close_ends(enum role other)
{
    close(pipes[other][1]);
    close(pipes[opposite(other)][0]);
}

static void send_message(const void *message, size_t bytes)
{
    unsigned char altered[MESSAGE_BYTES];
    bool lies = own == mutant && sent++ == LIES_AT;

    memcpy(altered, message, bytes);
    if (lies && lie == FLIPS_THE_FIRST)
        altered[0] ^= 1;
    if (lies && lie == FLIPS_THE_LAST)
        altered[bytes - 1] ^= 0x80;
    if (lies && lie == SENDS_STALE)
        memcpy(altered, before, bytes);
    if (lies && lie == FAILS)
        errx(EXIT_FAILURE, "fails as it is told to");
    memcpy(before, message, bytes);
    if (!lies || lie != LOSES_ONE)
        write_all(pipes[own][1], altered, bytes);
}

static void receive_message(void *message, size_t bytes)
{
    read_all(pipes[opposite(own)][0], message, bytes);
}

const struct ipc ipc = {
    .summary = "two pipes, and a lie",
    .source = "nowhere",
    .family = STREAM,
    .open = open_pipes,
    .take = take_ends,
    .let_go = close_ends,
    .send = send_message,
    .receive = receive_message,
};

static int run_mechanism(char *const *arguments)
{
    lie = (enum lie)number_whole(arguments[0], "LIE", 0, LIES - 1);
    mutant = (enum role)number_whole(arguments[1], "MUTANT", 0, ROLES - 1);

    struct run run = {.count = COUNT,
                      .message_bytes = MESSAGE_BYTES,
                      .traffic = (enum traffic)number_whole(arguments[2], "TRAFFIC", 0, 1),
                      .peer_is_thread = number_whole(arguments[3], "THREAD", 0, 1),
                      .peer_cpu = ANY_CPU};

    ipc_run(&run);
    return EXIT_SUCCESS;
}

// ---- the tests ----

static const char did_not_reach[] = "message 201 reached the peer with wrong bytes\n";
static const char came_back[] = "message 201 came back with wrong bytes\n";
static const char fails[] = "fails as it is told to\n";

static struct program self;

// Of two processes the one that notices ends, and the other one may find that it has; of two
// threads neither can.
static void expect_lies(enum role who, enum lie what, enum traffic traffic, const char *noticed)
{
    for (int thread = DEFERS_SIGNALS; thread <= 1; thread++) {
        char numbers[4][16];

        snprintf(numbers[0], sizeof numbers[0], "%d", (int)what);
        snprintf(numbers[1], sizeof numbers[1], "%d", (int)who);
        snprintf(numbers[2], sizeof numbers[2], "%d", (int)traffic);
        snprintf(numbers[3], sizeof numbers[3], "%d", thread);
        struct result result = program_run(
            &self, (const char *const[]){numbers[0], numbers[1], numbers[2], numbers[3], NULL});

        assert_int_equal(result.status, EXIT_FAILURE);
        if (strstr(result.err, noticed) == NULL)
            fail_msg("%s: '%s' instead of '%s'", result.command, result.err, noticed);
        if (thread)
            assert_result(&result, EXIT_FAILURE);
    }
}

static void honesty_is_not_suspected(void **unused)
{
    static const char *const traffics[] = {"0", "1"}, *const threads[] = {"0", "1"};

    (void)unused;
    for (size_t traffic = 0; traffic < 2; traffic++) {
        for (size_t thread = DEFERS_SIGNALS; thread < 2; thread++) {
            struct result result = program_run(
                &self, (const char *const[]){"0", "0", traffics[traffic], threads[thread], NULL});

            assert_result(&result, EXIT_SUCCESS);
        }
    }
}

// In round trips the peer looks at the first byte, and the initiator at all that comes back.
static void lies_of_the_initiator_are_noticed(void **unused)
{
    (void)unused;
    expect_lies(INITIATOR, FLIPS_THE_FIRST, ROUND_TRIPS, did_not_reach);
    expect_lies(INITIATOR, FLIPS_THE_LAST, ROUND_TRIPS, came_back);
    expect_lies(INITIATOR, SENDS_STALE, ROUND_TRIPS, did_not_reach);
    expect_lies(INITIATOR, FAILS, ROUND_TRIPS, fails);
}

static void lies_of_the_peer_are_noticed(void **unused)
{
    (void)unused;
    expect_lies(PEER, FLIPS_THE_FIRST, ROUND_TRIPS, came_back);
    expect_lies(PEER, FLIPS_THE_LAST, ROUND_TRIPS, came_back);
    expect_lies(PEER, SENDS_STALE, ROUND_TRIPS, came_back);
    expect_lies(PEER, FAILS, ROUND_TRIPS, fails);
}

static void lies_in_a_stream_are_noticed(void **unused)
{
    (void)unused;
    expect_lies(INITIATOR, FLIPS_THE_FIRST, ONE_WAY, did_not_reach);
    expect_lies(INITIATOR, FLIPS_THE_LAST, ONE_WAY, did_not_reach);
    expect_lies(INITIATOR, SENDS_STALE, ONE_WAY, did_not_reach);
    expect_lies(INITIATOR, LOSES_ONE, ONE_WAY, did_not_reach);
    expect_lies(INITIATOR, FAILS, ONE_WAY, fails);
}

static int end(void **unused)
{
    (void)unused;
    program_end(&self);
    return 0;
}

int main(int argc, char *argv[])
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(honesty_is_not_suspected, end),
        cmocka_unit_test_teardown(lies_of_the_initiator_are_noticed, end),
        cmocka_unit_test_teardown(lies_of_the_peer_are_noticed, end),
        cmocka_unit_test_teardown(lies_in_a_stream_are_noticed, end),
    };

    if (argc == 5)
        return run_mechanism(argv + 1);
    self = (struct program){argv[0], {.out = -1, .err = -1}};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
