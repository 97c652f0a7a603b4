// How self-tests are judged: on histograms of a stopped server that are computed here, as an honest
// driver and as a driver with coordinated omission would have them.
#include "bench/analyse/selftest.h"
#include "bench/measure/gaps.h"
#include "clients/core/histogram.h"
#include "clients/core/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_PER_S = 2000, CONNECTIONS = 16, ECHO_NS = 20000, LATE_NS = 1000000 };
static const double window_s = 2, stop_s = 0.3, limit_s = 0.075;
static const uint64_t window_ns = 2000000000, begin_ns = 700000000, end_ns = 1000000000;

struct answer {
    double share, p99_s, max_s;
};

// What a driver says of a server that is stopped between begin and end and takes ECHO_NS for each
// request, one after the other.
static struct answer observed(uint64_t seed, bool from_sending)
{
    static struct histogram latency;
    struct schedule due;
    uint64_t free_ns = 0; // when the server is done with all before
    uint64_t answered_ns[CONNECTIONS] = {0};
    histogram_reset(&latency);
    schedule_start(&due, RATE_PER_S, 0, seed);
    for (unsigned i = 0; schedule_next_ns(&due) < window_ns; i++, schedule_advance(&due)) {
        uint64_t due_ns = schedule_next_ns(&due), *connection = &answered_ns[i % CONNECTIONS];
        uint64_t sent_ns = due_ns > *connection ? due_ns : *connection;
        uint64_t begun_ns = sent_ns > free_ns ? sent_ns : free_ns;
        if (begun_ns >= begin_ns && begun_ns < end_ns)
            begun_ns = end_ns + LATE_NS;
        *connection = free_ns = begun_ns + ECHO_NS;
        histogram_record(&latency, free_ns - (from_sending ? sent_ns : due_ns));
    }
    uint64_t in_time = histogram_count_within(&latency, (uint64_t)(limit_s * 1e9));
    return (struct answer){1 - (double)in_time / (double)histogram_count(&latency),
                           (double)histogram_percentile(&latency, 99) / 1e9,
                           (double)histogram_max(&latency) / 1e9};
}

static const char *verdict(double value, struct bounds b)
{
    struct finding f = {.value = value, .low = b.low, .high = b.high};
    return finding_verdict(&f);
}

static void expect(const struct answer *a, double told_s, const char *share, const char *p99,
                   const char *max)
{
    struct stall s = {RATE_PER_S, window_s, told_s, told_s};
    assert_string_equal(verdict(a->share, stall_share(&s, limit_s)), share);
    assert_string_equal(verdict(a->p99_s, stall_quantile(&s, 0.01)), p99);
    assert_string_equal(verdict(a->max_s, stall_maximum(&s)), max);
}

enum { SEEDS = 50 };

static void the_known_answer_passes(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct answer a = observed(seed, false);
        expect(&a, stop_s, "passed", "passed", "passed");
    }
}

static void coordinated_omission_fails(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct answer a = observed(seed, true);
        assert_true(a.share < 0.01);
        expect(&a, stop_s, "failed", "failed", "passed"); // one request shows the maximum
    }
}

static void a_wrong_stop_fails(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct answer a = observed(seed, false);
        expect(&a, 0.2, "failed", "failed", "failed");
        expect(&a, 0.45, "failed", "failed", "failed");
    }
}

// By hand: D = 0.3 s of 2 s, 4000 requests. A share of 0.1125 is more than 0.075 s late, with a
// standard deviation of sqrt(0.1125 * 0.8875 / 4000) = 0.004996; with a tenth more of D and of the
// backlog it is 0.14167, with 0.005514.
static void the_bounds_by_hand(void **unused)
{
    (void)unused;
    struct stall s = {RATE_PER_S, window_s, stop_s, stop_s};
    struct bounds share = stall_share(&s, limit_s), p99 = stall_quantile(&s, 0.01),
                  max = stall_maximum(&s);
    assert_float_equal(share.low, 0.1125 - 4 * 0.004996, 1e-5F);
    assert_float_equal(share.high, 0.141667 + 4 * 0.005514, 1e-5F);
    assert_float_equal(p99.low, 0.3 - 0.02 - 4 * 0.001573 * 2, 1e-5F);
    assert_float_equal(p99.high, 0.33 - 0.018 + 4 * 0.001573 * 2, 1e-5F);
    assert_float_equal(max.low, 0.295, 1e-6F);
    assert_float_equal(max.high, 0.33, 1e-6F);
}

static void verdicts(void **unused)
{
    (void)unused;
    static const struct {
        double value;
        struct bounds bounds;
        const char *verdict;
    } cases[] = {
        {1, {1, 2}, "passed"},     {2, {1, 2}, "passed"},     {0.9, {1, 2}, "failed"},
        {2.1, {1, 2}, "failed"},   {9, {NAN, 9}, "passed"},   {9.1, {NAN, 9}, "failed"},
        {-1, {-1, NAN}, "passed"}, {-2, {-1, NAN}, "failed"}, {1, {NAN, NAN}, "recorded"},
        {NAN, {1, 2}, "failed"},   {NAN, {NAN, 9}, "failed"}, {NAN, {NAN, NAN}, "recorded"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(verdict(cases[i].value, cases[i].bounds), cases[i].verdict);

    char *row;
    size_t bytes;
    FILE *file = open_memstream(&row, &bytes);
    assert_non_null(file);
    finding_write(file, &(struct finding){"name", 1.5, "us", NAN, 2, "in words", "rates"});
    finding_write(file, &(struct finding){"other", NAN, "-", 1, 2, "no value", "all"});
    fclose(file);
    assert_string_equal(row, "name\t1.5\tus\t-\t2\tpassed\tin words\trates\n"
                             "other\t-\t-\t1\t2\tfailed\tno value\tall\n");
    free(row);
}

static void gaps(void **unused)
{
    (void)unused;
    struct gaps g = {0};
    gaps_add(&g, 30);
    gaps_add(&g, GAP_NS);
    assert_int_equal(g.lost_ns, 0);
    gaps_add(&g, 70000);
    gaps_add(&g, 60000);
    assert_int_equal(g.lost_ns, 130000);
    assert_int_equal(g.longest_ns, 70000);
}

static void same_servers(void **unused)
{
    (void)unused;
    assert_string_equal(verdict(1.04, same_server(1.04, 0.99, 1.09)), "passed");
    assert_string_equal(verdict(0.96, same_server(0.96, 0.91, 1.01)), "passed");
    assert_string_equal(verdict(1.04, same_server(1.04, 1.01, 1.07)), "passed"); // by 99.5 %
    assert_string_equal(verdict(1.05, same_server(1.05, 1.02, 1.08)), "failed");
    assert_string_equal(verdict(0.95, same_server(0.95, 0.92, 0.98)), "failed");
    assert_string_equal(verdict(1.015, same_server(1.015, 1.01, 1.02)), "passed"); // within 2 %
    assert_string_equal(verdict(1.5, same_server(1.5, NAN, NAN)), "recorded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_answer_passes),
        cmocka_unit_test(coordinated_omission_fails),
        cmocka_unit_test(a_wrong_stop_fails),
        cmocka_unit_test(the_bounds_by_hand),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(gaps),
        cmocka_unit_test(same_servers),
    };
    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
