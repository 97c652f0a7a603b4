// Loads: what is written is read again, what is no load is refused, and what the driver and the
// background connections are told.
#include "bench/base/load.h"
#include "bench/measure/trial/background.h"
#include "bench/measure/trial/driver.h"
#include "clients/core/crowd.h"
#include "clients/core/net.h"
#include "tests/core/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const struct load full = {.connections = 1000000,
                                 .requests = 2,
                                 .bytes = 3,
                                 .total = 1000000000000,
                                 .seed = 5,
                                 .rate = 0.1,
                                 .window_s = 0.15,
                                 .warmup_s = 1e-3,
                                 .timeout_s = 1.0 / 3,
                                 .workers = 6,
                                 .background = 7,
                                 .behaviour = "stalled",
                                 .end = "crash",
                                 .failures_counted = true,
                                 .fraction = 62.5,
                                 .limit_ms = 10,
                                 .small_count = 8,
                                 .large_count = 9,
                                 .runs = 11,
                                 .io = "io_uring",
                                 .percentile = 99};
static const char full_text[] =
    "connections=1000000 requests=2 bytes=3 rate=0.1 total=1000000000000 window_s=0.15 "
    "warmup_s=0.001 timeout_s=0.333333333333333 seed=5 workers=6 background=7 behaviour=stalled "
    "end=crash failures_counted=yes fraction=62.5 limit_ms=10 small_count=8 large_count=9 runs=11 "
    "io=io_uring percentile=99";

static void every_field_comes_back(void **unused)
{
    (void)unused;
    char text[LOAD_BYTES], word[64];
    struct load load, one;
    load_write(&full, text);
    assert_string_equal(text, full_text);
    load_parse(text, &load, "here");
    load_write(&load, text);
    assert_string_equal(text, full_text);
    // Each alone, too: what is not set is not written.
    for (const char *at = full_text; *at; at += strlen(word) + (at[strlen(word)] == ' ')) {
        snprintf(word, sizeof word, "%.*s", (int)strcspn(at, " "), at);
        load_parse(word, &one, "here");
        load_write(&one, text);
        assert_string_equal(text, word);
    }
    assert_true(load.rate == full.rate && load.window_s == full.window_s);
    assert_int_equal(load.total, full.total);
    assert_string_equal(load.behaviour, "stalled");
    assert_true(load.failures_counted);
}

static void a_window_is_as_long_as_its_percentile_needs(void **unused)
{
    (void)unused;
    const struct load any = {.window_s = 0.25}, median = {.window_s = 0.25, .percentile = 50},
                      tail = {.window_s = 0.25, .percentile = 99},
                      long_one = {.window_s = 3, .percentile = 99};
    // Twenty beyond it: 40 requests for a median, 2000 for a 99th percentile.
    assert_float_equal(load_window_s(&tail, 1e5), 0.25, 1e-9);
    assert_float_equal(load_window_s(&tail, 4000), 0.5, 1e-9);
    assert_float_equal(load_window_s(&tail, 1000), 2, 1e-9);
    assert_float_equal(load_window_s(&tail, 100), 2, 1e-9); // it has too few values
    assert_float_equal(load_window_s(&median, 1000), 0.25, 1e-9);
    assert_float_equal(load_window_s(&median, 80), 0.5, 1e-9);
    assert_float_equal(load_window_s(&any, 1), 0.25, 1e-9);
    assert_float_equal(load_window_s(&long_one, 10), 3, 1e-9);
    assert_float_equal(load_lowest_rate_per_s(99), 1000, 1e-6);
}

static void nothing_set_is_a_dash(void **unused)
{
    (void)unused;
    char text[LOAD_BYTES];
    struct load load = full;
    load_parse("-", &load, "here");
    load_write(&load, text);
    assert_string_equal(text, "-");
}

static void parse(const char *text)
{
    struct load load;
    load_parse(text, &load, "plan.tsv:7");
}

static void what_is_no_load_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"-c 32 -k 1", "plan.tsv:7: a load is key=value pairs, which '-c' is not"},
        {"", "plan.tsv:7: a load is key=value pairs, which '' is not"},
        {"connections=1 ", "plan.tsv:7: a load is key=value pairs, which '' is not"},
        {"conections=1", "plan.tsv:7: unknown key 'conections' in a load; the nearest is "
                         "'connections'"},
        {"bytes=1 bytes=2", "plan.tsv:7: 'bytes' stands twice in a load"},
        {"bytes=", "plan.tsv:7: 'bytes' of a load cannot be ''"},
        {"bytes=1.5", "'bytes' of a load cannot be '1.5'"},
        {"bytes=-1", "'bytes' of a load cannot be '-1'"},
        {"bytes=99999999999", "'bytes' of a load cannot be '99999999999'"},
        {"rate=fast", "'rate' of a load cannot be 'fast'"},
        {"rate=nan", "'rate' of a load cannot be 'nan'"},
        {"rate=-1", "'rate' of a load cannot be '-1'"},
        {"window_s=0.1s", "'window_s' of a load cannot be '0.1s'"},
        {"behaviour=rude", "'behaviour' of a load cannot be 'rude'"},
        {"end=sleep", "'end' of a load cannot be 'sleep'"},
        {"io=select", "'io' of a load cannot be 'select'"},
        {"failures_counted=no", "'failures_counted' of a load cannot be 'no'"},
    };
    char longest[2 * LOAD_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_refusal(parse, rows[i].text, 1, rows[i].words);
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    expect_refusal(parse, longest, 1, "plan.tsv:7: a load takes more than 512 bytes");
}

static void what_the_clients_are_told(void **unused)
{
    (void)unused;
    char text[DRIVER_BYTES], background[BACKGROUND_ARGUMENTS_BYTES];
    driver_arguments(&full, text);
    assert_string_equal(text, "-c 1000000 -k 2 -s 3 -r 0.1 -n 1000000000000 -d 0.15 --warmup 0.001 "
                              "--timeout 0.333333333333333 --seed 5 --io io_uring");
    driver_arguments(&(struct load){.background = 3, .workers = 4}, text);
    assert_string_equal(text, "");
    driver_arguments(&(struct load){.io = "epoll"}, text);
    assert_string_equal(text, "--io epoll");
    background_arguments(&full, background);
    assert_string_equal(background, "-m stalled -c 7");
    background_arguments(&(struct load){.background = 1000000}, background);
    assert_string_equal(background, "-m idle -c 1000000");
}

static void words_are_those_of_the_clients(void **unused)
{
    (void)unused;
    for (int i = 0; i < BEHAVIOURS; i++)
        assert_string_equal(load_behaviours[i], behaviour_name[i]);
    assert_null(load_behaviours[BEHAVIOURS]);
    assert_string_equal(load_ios[0], net_epoll.name);
    assert_string_equal(load_ios[1], net_io_uring.name);
    assert_string_equal(load_ios[2], net_threads.name);
    assert_null(load_ios[3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(a_window_is_as_long_as_its_percentile_needs),
        cmocka_unit_test(nothing_set_is_a_dash),
        cmocka_unit_test(what_is_no_load_is_refused),
        cmocka_unit_test(what_the_clients_are_told),
        cmocka_unit_test(words_are_those_of_the_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
