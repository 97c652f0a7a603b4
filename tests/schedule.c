// The schedule is a Poisson process: its rate, the distribution of its gaps, their independence.
// The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "clients/core/hosts.h"
#include "clients/core/schedule.h"
#include "clients/core/workers.h"

enum { N = 1000000 };

static const double rates[] = {0.1, 1, 1e3, 1e5, 1e7, 1e9};
enum { RATES = sizeof rates / sizeof *rates };

static double gaps[N];

static int compare(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

// Leaves the first N gaps in `gaps`, in ns.
static void collect_gaps(double rate_per_s, uint64_t seed)
{
    struct schedule schedule;
    uint64_t before_ns = 1000;
    schedule_start(&schedule, rate_per_s, before_ns, seed);
    for (size_t i = 0; i < N; i++) {
        uint64_t ns = schedule_next_ns(&schedule);
        gaps[i] = (double)(ns - before_ns);
        before_ns = ns;
        schedule_advance(&schedule);
    }
}

// Kolmogorov's and Smirnov's distance of n gaps, which it sorts, from an exponential distribution,
// times sqrt(n): above 1.63 in one of 100 samples that are exponential.
static double distance_from_exponential(double *gap_ns, size_t n, double mean_ns)
{
    qsort(gap_ns, n, sizeof *gap_ns, compare);
    double distance = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = -expm1(-gap_ns[i] / mean_ns);
        distance = fmax(distance, expected - (double)i / (double)n);
        distance = fmax(distance, (double)(i + 1) / (double)n - expected);
    }
    return distance * sqrt((double)n);
}

// 4 standard errors of the mean of N exponential gaps are 0.4 %; cutting the gaps down to whole ns
// would make the rate of 1e9/s 70 % too high.
static void mean_rate(void **unused)
{
    (void)unused;
    for (size_t r = 0; r < RATES; r++) {
        struct schedule schedule;
        schedule_start(&schedule, rates[r], 0, 1);
        for (size_t i = 1; i < N; i++)
            schedule_advance(&schedule);
        double expected_ns = N * 1e9 / rates[r];
        assert_true(fabs((double)schedule_next_ns(&schedule) / expected_ns - 1) < 4 / sqrt(N));
    }
}

// The same seed makes the same gaps at any rate, up to scale: what is rounded must not add up.
static void no_drift(void **unused)
{
    (void)unused;
    struct schedule fast, slow;
    schedule_start(&fast, 1e7, 0, 2);
    schedule_start(&slow, 1e3, 0, 2);
    for (size_t i = 0; i < N; i++) {
        double exact_ns = (double)schedule_next_ns(&slow) / 1e4;
        assert_true(fabs((double)schedule_next_ns(&fast) - exact_ns) < 1.01);
        schedule_advance(&fast);
        schedule_advance(&slow);
    }
}

static void gaps_are_exponential(void **unused)
{
    (void)unused;
    for (size_t r = 0; rates[r] <= 1e5; r++) { // above, whole ns are too coarse for this test
        collect_gaps(rates[r], 3);
        assert_true(distance_from_exponential(gaps, N, 1e9 / rates[r]) < 1.63);
    }
}

static void gaps_are_independent(void **unused)
{
    (void)unused;
    const double mean_ns = 1e9 / 1e3;
    collect_gaps(1e3, 4);
    double covariance = 0;
    for (size_t i = 1; i < N; i++)
        covariance += (gaps[i] / mean_ns - 1) * (gaps[i - 1] / mean_ns - 1);
    assert_true(fabs(covariance / N) < 4 / sqrt(N));
}

static void same_seed_same_schedule(void **unused)
{
    (void)unused;
    struct schedule one, same, other;
    size_t differing = 0;
    schedule_start(&one, 1e4, 5000, 42);
    schedule_start(&same, 1e4, 5000, 42);
    schedule_start(&other, 1e4, 5000, 43);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(schedule_next_ns(&one), schedule_next_ns(&same));
        assert_int_equal(schedule_next_ns(&one), schedule_next_ns(&one)); // peeking is no step
        differing += schedule_next_ns(&one) != schedule_next_ns(&other);
        schedule_advance(&one);
        schedule_advance(&same);
        schedule_advance(&other);
    }
    assert_true(differing > 990);
}

// The first gaps of the seeds 0, 1, 2 ... are as random as the gaps of one seed.
static void neighbouring_seeds_are_unrelated(void **unused)
{
    (void)unused;
    enum { SEEDS = 2000 };
    double first[SEEDS], in_order[SEEDS];
    const double mean_ns = 1e9 / 1e3;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct schedule schedule;
        schedule_start(&schedule, 1e3, 0, seed);
        first[seed] = in_order[seed] = (double)schedule_next_ns(&schedule);
    }
    assert_true(distance_from_exponential(first, SEEDS, mean_ns) < 1.63);
    double covariance = 0;
    for (size_t i = 1; i < SEEDS; i++)
        covariance += (in_order[i] / mean_ns - 1) * (in_order[i - 1] / mean_ns - 1);
    assert_true(fabs(covariance / SEEDS) < 4 / sqrt(SEEDS));
}

static void never_goes_back(void **unused)
{
    (void)unused;
    const uint64_t start_ns = UINT64_C(1) << 60; // 36 years: a double would have lost the ns
    for (size_t r = 0; r < RATES; r++) {
        struct schedule schedule;
        schedule_start(&schedule, rates[r], start_ns, 5);
        uint64_t before_ns = start_ns;
        for (size_t i = 0; i < N; i++) {
            assert_true(schedule_next_ns(&schedule) >= before_ns);
            before_ns = schedule_next_ns(&schedule);
            schedule_advance(&schedule);
        }
        double expected_ns = N * 1e9 / rates[r];
        assert_true(fabs((double)(before_ns - start_ns) / expected_ns - 1) < 4 / sqrt(N));
    }
}

// The schedules of all workers of three hosts, each with another number of workers, are together a
// Poisson process of the whole rate: in the order of time its gaps are exponential and unrelated.
static void hosts_add_up(void **unused)
{
    (void)unused;
    enum { HOSTS = 3, MOST = 8 };
    static struct host list[HOSTS] = {{.cpus = 1}, {.cpus = 4}, {.cpus = 3}};
    struct hosts hosts = {.list = list, .count = HOSTS};
    const struct load whole = {.connections = 23, .rate_per_s = 1e5, .seed = 6, .workers = 1};
    struct load parts[HOSTS_AT_MOST];
    unsigned workers[HOSTS_AT_MOST], all = hosts_parts(&hosts, &whole, parts, workers), next = 0;
    struct schedule schedules[MOST];
    assert_int_equal(all, MOST);
    for (size_t h = 0; h < HOSTS; h++)
        for (unsigned w = 0; w < workers[h]; w++) {
            struct load part = workers_part(&parts[h], w, workers[h]);
            assert_int_equal(part.worker, next);
            assert_int_equal(part.workers, all);
            schedule_start(&schedules[next++], part.rate_per_s, 1000, engine_seed(&part, true));
        }
    uint64_t before_ns = 1000;
    double covariance = 0;
    for (size_t i = 0; i < N; i++) {
        struct schedule *first = schedules;
        for (struct schedule *s = schedules; s < schedules + MOST; s++)
            first = schedule_next_ns(s) < schedule_next_ns(first) ? s : first;
        gaps[i] = (double)(schedule_next_ns(first) - before_ns);
        before_ns = schedule_next_ns(first);
        schedule_advance(first);
    }
    const double mean_ns = 1e9 / whole.rate_per_s;
    assert_true(fabs((double)(before_ns - 1000) / (N * mean_ns) - 1) < 4 / sqrt(N));
    for (size_t i = 1; i < N; i++)
        covariance += (gaps[i] / mean_ns - 1) * (gaps[i - 1] / mean_ns - 1);
    assert_true(fabs(covariance / N) < 4 / sqrt(N));
    assert_true(distance_from_exponential(gaps, N, mean_ns) < 1.63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_rate),
        cmocka_unit_test(no_drift),
        cmocka_unit_test(gaps_are_exponential),
        cmocka_unit_test(gaps_are_independent),
        cmocka_unit_test(same_seed_same_schedule),
        cmocka_unit_test(neighbouring_seeds_are_unrelated),
        cmocka_unit_test(never_goes_back),
        cmocka_unit_test(hosts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
