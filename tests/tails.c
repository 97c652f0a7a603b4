// Two ways to compare the tails of two cells, on a machine that stalls as that of results/reference
// did: from each window's percentile, as is done, or from merged histograms. Their intervals cover
// equally well; merged, one stall decides the ratio. Merged, the 99.9th percentile shows the
// stalls.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "bench/analyse/merged_latencies.h"
#include "bench/analyse/statistics.h"
#include "bench/base/memory.h"
#include "bench/base/random.h"

enum { WINDOWS = 12, VALUES = 2000, SIMULATIONS = 300, DRAWS = 400 };

static const double window_s = 0.25, truth = 1.5;
// A stall of 2.5 ms or more about every 6 s; twice as long is half as frequent.
static const double stalls_per_s = 0.16, shortest_s = 2.5e-3, longest_s = 0.06;
static const double shared_sd = 0.2, own_sd = 0.1, within_sd = 0.35;

static unsigned short state[3];
static struct histogram window;

static double gaussian(void)
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

// A window's latencies. Whatever is due during a stall waits for its end.
static void fill(double median_ns)
{
    double begin = 1, length = 0;
    if (erand48(state) < stalls_per_s * window_s) {
        begin = erand48(state);
        length = fmin(longest_s, shortest_s / (1 - erand48(state))) / window_s;
    }
    histogram_reset(&window);
    for (int i = 0; i < VALUES; i++) {
        double at = erand48(state), ns = median_ns * exp(within_sd * gaussian());
        if (at >= begin && at < begin + length)
            ns += (begin + length - at) * window_s * 1e9;
        histogram_record(&window, (uint64_t)ns);
    }
}

static struct sparse sparse_window(void)
{
    struct sparse s = {.max_ns = histogram_max(&window),
                       .slot = memory_for(VALUES, sizeof *s.slot),
                       .count = memory_for(VALUES, sizeof *s.count)};
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        if (window.counts[slot] > 0) {
            s.slot[s.slots] = (uint32_t)slot;
            s.count[s.slots++] = window.counts[slot];
        }
    return s;
}

// One cell: each window's p99 in ns, and all of them merged.
struct cell {
    double p99[WINDOWS];
    struct pool merged;
};

static void measure(struct cell *cell, double median_ns, const double shared[WINDOWS])
{
    struct sparse sparse[WINDOWS];
    const struct sparse *of[WINDOWS];
    for (size_t i = 0; i < WINDOWS; i++) {
        fill(median_ns * exp(shared[i] + own_sd * gaussian()));
        cell->p99[i] = (double)histogram_percentile(&window, 99);
        sparse[i] = sparse_window();
        of[i] = &sparse[i];
    }
    pool_make(&cell->merged, of, WINDOWS);
    for (size_t i = 0; i < WINDOWS; i++) {
        free(sparse[i].slot);
        free(sparse[i].count);
    }
}

struct record {
    double covered, error; // in percent; the root of the mean square of the logarithm
};

static void note(struct record *r, const struct estimate *e)
{
    r->covered += 100.0 * (e->low <= truth && truth <= e->high) / SIMULATIONS;
    r->error = sqrt(r->error * r->error + pow(log(e->value / truth), 2) / SIMULATIONS);
}

static void ratios_of_tails(void **unused)
{
    (void)unused;
    struct record typical = {0, 0}, merged = {0, 0};
    random_state(state, 1, 1);
    for (uint64_t s = 0; s < SIMULATIONS; s++) {
        struct cell above, below;
        double shared[WINDOWS];
        for (size_t i = 0; i < WINDOWS; i++)
            shared[i] = shared_sd * gaussian();
        measure(&below, 50e3, shared);
        measure(&above, truth * 50e3, shared);
        struct estimate e = bootstrap_ratio(above.p99, below.p99, WINDOWS, DRAWS, s),
                        m = pool_ratio(&above.merged, &below.merged, 99, DRAWS, s);
        note(&typical, &e);
        note(&merged, &m);
        pool_free(&above.merged);
        pool_free(&below.merged);
    }
    print_message("ratio of p99: of windows, covers %.1f %%, error %.2f; merged, %.1f %%, %.2f\n",
                  typical.covered, typical.error, merged.covered, merged.error);
    assert_true(93 <= typical.covered && typical.covered <= 97);
    assert_true(5 * typical.error < merged.error);
}

// One window in twelve has a stall of 20 ms, 8 % of it: 0.7 % of all requests.
static void a_stall_is_not_hidden(void **unused)
{
    (void)unused;
    struct sparse sparse[WINDOWS];
    const struct sparse *of[WINDOWS];
    double p99[WINDOWS];
    struct pool pool;
    for (size_t i = 0; i < WINDOWS; i++) {
        histogram_reset(&window);
        for (int k = 0; k < VALUES; k++)
            histogram_record(&window, i == 5 && k < VALUES * 8 / 100 ? 10000000 : 50000);
        p99[i] = (double)histogram_percentile(&window, 99) / 1e3;
        sparse[i] = sparse_window();
        of[i] = &sparse[i];
    }
    pool_make(&pool, of, WINDOWS);
    assert_true(bootstrap_median(p99, WINDOWS, DRAWS, 1).value < 51);
    assert_true(pool_percentile(&pool, 99.9, DRAWS, 1).value > 9900);
    pool_free(&pool);
    for (size_t i = 0; i < WINDOWS; i++) {
        free(sparse[i].slot);
        free(sparse[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratios_of_tails),
        cmocka_unit_test(a_stall_is_not_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
