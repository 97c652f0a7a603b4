// What front end and agents say to each other: a load and an outcome come back to the last bit, and
// what is not whole is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/core/wire.h"

static const struct load load = {
    .target_bytes = 16,
    .connections = 7,
    .requests_per_connection = UINT64_MAX,
    .bytes = 65536,
    .warmup_ns = 1,
    .window_ns = UINT64_C(1) << 53 | 1, // no double
    .total_requests = 3,
    .rate_per_s = 1000.0 / 3,
    .burst_rate_per_s = 1e-300,
    .burst_ns = 4,
    .slice_ns = 5,
    .late_ns = 6,
    .timeout_ns = 8,
    .seed = 9,
    .worker = 4,
    .workers = UINT32_MAX,
};

// A string of what is written, until the next call.
static char *text_of(const struct load *l, const struct outcome *o)
{
    static char *text;
    size_t bytes;
    free(text);
    FILE *file = open_memstream(&text, &bytes);
    assert_non_null(file);
    if (l)
        wire_write_load(l, file);
    else
        wire_write_outcome(o, file);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void a_load_comes_back(void **unused)
{
    (void)unused;
    struct load whole = load, back;
    memset(&whole.target, 0xa5, whole.target_bytes);
    char *text = strdup(text_of(&whole, NULL));
    assert_non_null(text);
    assert_true(wire_read_load(&back, text));
    assert_string_equal(text_of(&back, NULL), text);
    free(text);
    assert_memory_equal(&back.target, &whole.target, sizeof back.target);
    assert_true(back.window_ns == whole.window_ns && back.rate_per_s == whole.rate_per_s);
    assert_true(back.requests_per_connection == UINT64_MAX && back.workers == UINT32_MAX);
}

static void half_a_load_is_refused(void **unused)
{
    (void)unused;
    struct load back;
    char *text = text_of(&load, NULL);
    for (size_t length = strlen(text) - 2; length > 0; length--) {
        text[length] = '\0';
        // Without its last digits it would be another number: the lines are whole, or end with it.
        if (text[length - 1] < '0' || text[length - 1] > '9')
            assert_false(wire_read_load(&back, text));
    }
    assert_false(wire_read_load(&back, ""));
    assert_false(wire_read_load(&back, "zz connections=1"));
}

// Every member another value.
static struct outcome *example(void)
{
    static struct outcome o;
    uint64_t *numbers = (uint64_t *)&o;
    memset(&o, 0, sizeof o);
    for (size_t i = 0; i < offsetof(struct outcome, last_errno) / sizeof *numbers; i++)
        numbers[i] = (UINT64_C(1) << 60) + i;
    o.begun_by_ns = 0; // is known by the front end only
    o.last_errno = 111;
    o.gave_up = o.knows_run_queue_delay = true;
    o.cpu_window_ns = 70;
    o.busiest_window_ns = 71;
    o.run_queue_delay_window_ns = 72;
    for (int k = 0; k < SILENCES; k++)
        o.silence_ns[k] = 100 + (uint64_t)k;
    for (int k = 0; k < 700; k++) {
        o.slice_due[k] = 1000 + (uint64_t)k;
        o.slice_late[k] = (uint64_t)k;
    }
    histogram_reset(&o.latency);
    histogram_reset(&o.service);
    histogram_reset(&o.send_lag); // stays empty
    for (uint64_t ns = 1; ns < UINT64_C(100000000000); ns = ns * 3 / 2 + 1) {
        histogram_record(&o.latency, ns);
        histogram_record(&o.service, ns / 2);
    }
    return &o;
}

static bool read_back(struct outcome *o, char *text)
{
    unsigned number = 0;
    for (char *line; (line = strsep(&text, "\n")) && *line; number++)
        if (number == WIRE_OUTCOME_LINES || !wire_read_outcome(o, number, line))
            return false;
    return number == WIRE_OUTCOME_LINES;
}

static void an_outcome_comes_back(void **unused)
{
    (void)unused;
    static struct outcome back;
    const struct outcome *o = example();
    assert_true(read_back(&back, text_of(NULL, o)));
    assert_memory_equal(&back, o, sizeof back);
}

static void half_an_outcome_is_refused(void **unused)
{
    (void)unused;
    static struct outcome back;
    const char *text = text_of(NULL, example());
    size_t length = strlen(text);
    for (size_t missing = 2; missing < length; missing += 97) {
        char *copy = strndup(text, length - missing);
        assert_non_null(copy);
        assert_false(read_back(&back, copy));
        free(copy);
    }
    for (unsigned number = 0; number < WIRE_OUTCOME_LINES; number++)
        assert_false(wire_read_outcome(&back, number, "well?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_comes_back),
        cmocka_unit_test(half_a_load_is_refused),
        cmocka_unit_test(an_outcome_comes_back),
        cmocka_unit_test(half_an_outcome_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
