// The spread between rows against what can be computed by hand or found in tables, and its interval
// against simulated truth. The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analyse/spread.h"
#include "bench/base/random.h"

enum { MAX_ROWS = 8, MAX_BLOCKS = 20, SIMULATIONS = 1000 };

static void assert_close(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%.9g instead of %.9g", value, expected);
}

// Row means 0.05 and 0.35, all block means 0.2: MS_x = 2 * 2 * 0.15^2 = 0.09, and what remains is
// 0.05 everywhere: MS_e = 4 * 0.05^2 = 0.01. The variance is (0.09 - 0.01) / 2 = 0.2^2.
static void spread_of_known_values(void **unused)
{
    (void)unused;
    const double apart[] = {0, 0.1, 0.4, 0.3};
    struct estimate e = spread_of_rows(apart, 2, 2);
    assert_int_equal(e.n, 2);
    assert_close(e.value, 100 * expm1(0.2), 1e-9);
    assert_true(isnan(e.low) && isnan(e.high));
    // What a block adds to both rows changes nothing.
    const double drifting[] = {7, 0.1, 7.4, 0.3};
    assert_close(spread_of_rows(drifting, 2, 2).value, 100 * expm1(0.2), 1e-9);
    // Here MS_x is 0.01, as large as MS_e.
    const double noise[] = {0, 0.2, 0.2, 0.2};
    assert_close(spread_of_rows(noise, 2, 2).value, 0, 1e-6);
}

// Two rows whose differences are mean + noise and mean - noise in turn.
static struct estimate of_differences(double mean, double noise)
{
    double logs[12] = {0};
    for (size_t i = 0; i < 6; i++)
        logs[6 + i] = mean + (i % 2 ? noise : -noise);
    return spread_of_rows(logs, 2, 6);
}

// F is t^2 of the differences, 5 * mean^2 with a noise of 1. The 97.5 % quantile of F with 1 and 5
// degrees of freedom is 10.007 (from a table).
static void zero_is_included_unless_the_f_test_excludes_it(void **unused)
{
    (void)unused;
    assert_true(of_differences(sqrt(10.00 / 5), 1).low == 0);
    assert_true(of_differences(sqrt(10.02 / 5), 1).low > 0);
    assert_true(of_differences(0, 1).value == 0 && of_differences(0, 1).high > 0);
}

// With two rows, s is the mean difference over sqrt(2). Student's 97.5 % quantile with 5 degrees of
// freedom is 2.570582, and the standard error of the mean is noise * sqrt(6 / 5) / sqrt(6).
static void a_large_spread_has_students_interval(void **unused)
{
    (void)unused;
    struct estimate e = of_differences(1, 0.05);
    double reach = 2.570582 * 0.05 / sqrt(5);
    assert_close(log1p(e.low / 100), (1 - reach) / sqrt(2), 1e-5);
    assert_close(log1p(e.high / 100), (1 + reach) / sqrt(2), 1e-5);
}

static void incomplete_blocks_are_left_out(void **unused)
{
    (void)unused;
    double logs[] = {0, 0.1, 5, 0.4, 0.3, NAN};
    struct estimate e = spread_of_rows(logs, 2, 3);
    assert_int_equal(e.n, 2);
    assert_close(e.value, 100 * expm1(0.2), 1e-9);
    e = spread_of_rows(logs, 1, 2);
    assert_true(e.n == 0 && isnan(e.value));
    e = spread_of_rows(logs, 2, 1);
    assert_true(e.n == 0 && isnan(e.value));
    e = spread_of_rows(logs, 0, 3);
    assert_true(e.n == 0 && isnan(e.value));
}

static void without_noise_the_interval_is_narrow(void **unused)
{
    (void)unused;
    struct estimate e = of_differences(0, 0);
    assert_true(e.value == 0 && e.low == 0 && e.high == 0);
    e = of_differences(1, 0);
    assert_close(log1p(e.value / 100), 1 / sqrt(2), 1e-9);
    assert_true(e.low < e.value && e.value < e.high);
    assert_close(log(e.high / e.low), 0, 0.1);
}

static double gaussian(unsigned short state[3])
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

// Rows at equal distances with this standard deviation, blocks that differ by 10 %, and noise of 5
// %.
static void simulate(double *logs, size_t rows, size_t n, double deviation, unsigned short state[3])
{
    double step = deviation / sqrt((double)(rows * (rows + 1)) / 12);
    for (size_t block = 0; block < n; block++) {
        double speed = 0.1 * gaussian(state);
        for (size_t row = 0; row < rows; row++)
            logs[row * n + block] = step * (double)row + speed + 0.05 * gaussian(state);
    }
}

struct outcome {
    double covered, median, high; // in percent; the median and the 90 % quantile of estimates
};

static struct outcome outcome_of(size_t rows, size_t n, double deviation)
{
    static double estimates[SIMULATIONS];
    double logs[MAX_ROWS * MAX_BLOCKS], truth = 100 * expm1(deviation);
    size_t covered = 0;
    unsigned short state[3];
    random_state(state, 12, rows * n);
    for (size_t i = 0; i < SIMULATIONS; i++) {
        simulate(logs, rows, n, deviation, state);
        struct estimate e = spread_of_rows(logs, rows, n);
        covered += e.low <= truth && truth <= e.high;
        estimates[i] = e.value;
    }
    qsort(estimates, SIMULATIONS, sizeof *estimates, compare);
    return (struct outcome){100.0 * (double)covered / SIMULATIONS, estimates[SIMULATIONS / 2],
                            estimates[SIMULATIONS * 9 / 10]};
}

// The standard error of 1000 simulations is 0.7 %. Near a spread of 0 the interval cannot be too
// high, so that it covers more than 95 %.
static void the_interval_covers_the_truth(void **unused)
{
    (void)unused;
    const double deviations[] = {0, 0.01, 0.03};
    const size_t sizes[][2] = {{4, 6}, {4, 20}, {8, 8}, {8, 20}};
    for (size_t i = 0; i < sizeof deviations / sizeof *deviations; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            size_t rows = sizes[k][0], n = sizes[k][1];
            struct outcome o = outcome_of(rows, n, deviations[i]);
            if (o.covered < 93.5 || o.covered > 99)
                fail_msg("%zu rows, %zu blocks, %g: covers %.1f %%", rows, n, deviations[i],
                         o.covered);
            double noise = 5 / sqrt((double)n);
            if (deviations[i] == 0)
                assert_true(o.median == 0 && o.high < 1.2 * noise);
            if (deviations[i] == 0.03)
                assert_close(o.median, 3.05, 0.35);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_of_known_values),
        cmocka_unit_test(zero_is_included_unless_the_f_test_excludes_it),
        cmocka_unit_test(a_large_spread_has_students_interval),
        cmocka_unit_test(incomplete_blocks_are_left_out),
        cmocka_unit_test(without_noise_the_interval_is_narrow),
        cmocka_unit_test(the_interval_covers_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
