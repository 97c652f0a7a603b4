// The estimates against what can be computed exactly, and their intervals against simulated truth.
// The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analyse/statistics.h"
#include "bench/base/random.h"

enum { MAX_N = 60, RESAMPLES = 10000 };

static bool is_close(double value, double expected)
{
    return fabs(value - expected) <= 1e-12 * fabs(expected);
}

static void median_of_known_values(void **unused)
{
    (void)unused;
    const double odd[] = {9, 1, 5, 3, 7, 11, 2};
    const double even[] = {4, 1, 3, 2, 60, 50};
    assert_true(bootstrap_median(odd, 7, RESAMPLES, 1).value == 5);
    assert_true(bootstrap_median(even, 6, RESAMPLES, 1).value == 3.5);
    assert_true(bootstrap_median(odd, 1, RESAMPLES, 1).value == 9);
    assert_true(bootstrap_median(odd, 2, RESAMPLES, 1).value == 5);
}

// For an odd n the bootstrap distribution of the median is known (Efron 1979): the median of a
// resample is at most the k-th value if a majority of the draws is, each with probability k / n.
static double share_of_medians_up_to(unsigned k, unsigned n)
{
    double p = (double)k / n;
    double share = 0;
    for (unsigned m = n / 2 + 1; m <= n; m++)
        share +=
            exp(lgamma(n + 1) - lgamma(m + 1) - lgamma(n - m + 1)) * pow(p, m) * pow(1 - p, n - m);
    return share;
}

static unsigned exact_low(double t, unsigned n)
{
    unsigned low = 1;
    while (share_of_medians_up_to(low, n) <= erfc(t / sqrt(2)) / 2)
        low++;
    return low;
}

// Sizes at which no share is near the tail; at 7 and 33 the interval that is not expanded differs.
static void median_interval_is_the_exact_one(void **unused)
{
    (void)unused;
    const unsigned sizes[] = {7, 25, 33};
    // Student's 97.5 % and 95 % quantiles with 6, 24 and 32 degrees of freedom, from a table.
    const double t[] = {2.446912, 2.063899, 2.036933}, t_90[] = {1.943180, 1.710882, 1.693889};
    for (size_t s = 0; s < 3; s++) {
        unsigned n = sizes[s];
        double values[MAX_N];
        for (unsigned i = 0; i < n; i++)
            values[i] = i * 8 % n + 1; // 1 .. n in disorder

        unsigned low = exact_low(t[s], n), low_90 = exact_low(t_90[s], n);
        struct estimate e = bootstrap_median(values, n, 10 * RESAMPLES, 1);
        assert_int_equal(e.n, n);
        assert_true(e.value == n / 2 + 1);
        assert_true(e.low == low);
        assert_true(e.high == n + 1 - low);
        assert_true(e.low_90 == low_90);
        assert_true(e.high_90 == n + 1 - low_90);
        assert_true(low < low_90 || n == 7);
    }
}

static void ratio_of_known_values(void **unused)
{
    (void)unused;
    // Of ten, the two smallest and the two largest are cut: 2, 2, 4, 4, 8, 8 remain.
    const double numerator[] = {8, 1e9, 4, 2, 1e-9, 8, 4, 2, 1e-3, 1e3};
    const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct estimate e = bootstrap_ratio(numerator, ones, 10, RESAMPLES, 1);
    assert_true(is_close(e.value, 4));
    assert_true(e.low < 4 && 4 < e.high);
    // Of nine, one at either end.
    e = bootstrap_ratio(numerator, ones, 9, RESAMPLES, 1);
    assert_true(is_close(e.value, pow(1e-3 * 2 * 2 * 4 * 4 * 8 * 8, 1.0 / 7)));

    struct estimate inverse = bootstrap_ratio(ones, numerator, 10, RESAMPLES, 1);
    assert_true(is_close(inverse.value, 0.25));
    // Other resamples, hence about the same interval and not exactly.
    assert_true(fabs(log(inverse.low * e.high)) < 0.2 * log(e.high));
}

enum { ROWS = 3, BLOCKS = 20 };

static double last_of_rows(const double *ratios, const void *unused)
{
    (void)unused;
    return ratios[ROWS - 1];
}

static double product_of_rows(const double *ratios, const void *unused)
{
    (void)unused;
    return ratios[0] * ratios[1] * ratios[2];
}

static double first_above(const double *ratios, const void *limit)
{
    return ratios[0] > *(const double *)limit ? INFINITY : 1;
}

// One row is the ratio of before; what rows have in common cancels, because they are drawn
// together.
static void function_of_ratios(void **unused)
{
    (void)unused;
    double logs[ROWS * BLOCKS], numerator[BLOCKS], ones[BLOCKS];
    unsigned short state[3];
    random_state(state, 8, 0);
    for (size_t i = 0; i < BLOCKS; i++) {
        double noise = erand48(state) - 0.5, more = erand48(state);
        logs[i] = noise;
        logs[BLOCKS + i] = log(5) - noise; // the same noise, the other way round
        logs[2 * BLOCKS + i] = more;
        numerator[i] = exp(more);
        ones[i] = 1;
    }
    struct estimate e = bootstrap_ratio(numerator, ones, BLOCKS, RESAMPLES, 1);
    struct estimate last =
        bootstrap_of_ratios(last_of_rows, NULL, logs, ROWS, BLOCKS, RESAMPLES, 1);
    assert_int_equal(last.n, BLOCKS);
    assert_true(is_close(last.value, e.value));
    // Other resamples, hence about the same interval.
    assert_true(fabs(log(last.low / e.low)) < 0.2 * log(e.high / e.low));
    assert_true(fabs(log(last.high / e.high)) < 0.2 * log(e.high / e.low));

    for (size_t i = 0; i < BLOCKS; i++)
        logs[2 * BLOCKS + i] = log(2);
    e = bootstrap_of_ratios(product_of_rows, NULL, logs, ROWS, BLOCKS, RESAMPLES, 1);
    assert_true(is_close(e.value, 10) && is_close(e.low, 10) && is_close(e.high, 10));
    assert_true(is_close(e.low_90, 10) && is_close(e.high_90, 10));

    logs[BLOCKS + 3] = logs[7] = NAN; // two blocks
    e = bootstrap_of_ratios(product_of_rows, NULL, logs, ROWS, BLOCKS, RESAMPLES, 1);
    assert_int_equal(e.n, BLOCKS - 2);
    e = bootstrap_of_ratios(product_of_rows, NULL, logs, 0, BLOCKS, RESAMPLES, 1);
    assert_true(e.n == 0 && isnan(e.value));
    e = bootstrap_of_ratios(product_of_rows, NULL, logs, ROWS, 5, RESAMPLES, 1);
    assert_true(e.n == 4 && isfinite(e.value) && isnan(e.low) && isnan(e.high));
}

// An end of the interval may lie beyond all numbers, the value inside them.
static void function_that_is_infinite_now_and_then(void **unused)
{
    (void)unused;
    double logs[BLOCKS], limit;
    for (size_t i = 0; i < BLOCKS; i++)
        logs[i] = (double)i / BLOCKS;
    limit = exp(0.55);
    struct estimate e = bootstrap_of_ratios(first_above, &limit, logs, 1, BLOCKS, RESAMPLES, 1);
    assert_true(e.value == 1 && e.low == 1 && isinf(e.high));
    limit = exp(0.95);
    e = bootstrap_of_ratios(first_above, &limit, logs, 1, BLOCKS, RESAMPLES, 1);
    assert_true(e.value == 1 && e.high == 1);
}

// Each block is four times as slow as the one before: only ratios within a block can be exact.
static void ratio_is_paired(void **unused)
{
    (void)unused;
    double numerator[12], denominator[12];
    for (int i = 0; i < 12; i++) {
        denominator[i] = exp2(2 * i);
        numerator[i] = 2 * denominator[i];
    }
    struct estimate e = bootstrap_ratio(numerator, denominator, 12, RESAMPLES, 1);
    assert_true(is_close(e.value, 2) && is_close(e.low, 2) && is_close(e.high, 2));
}

static void ratio_of_identical_series_is_one(void **unused)
{
    (void)unused;
    unsigned short state[3];
    double values[40];
    random_state(state, 2, 0);
    for (size_t i = 0; i < 40; i++)
        values[i] = 1e-3 + erand48(state) * 1e6;
    struct estimate e = bootstrap_ratio(values, values, 40, RESAMPLES, 1);
    assert_true(e.value == 1 && e.low == 1 && e.high == 1);
    assert_int_equal(e.n, 40);
}

static void unusable_pairs_are_left_out(void **unused)
{
    (void)unused;
    const double numerator[] = {3, NAN, 3, 0, 3, -1, 3, 9, 3, 9, 3, INFINITY};
    const double denominator[] = {1, 1, 1, 1, 1, 1, 1, NAN, 1, 0, 1, 1};
    struct estimate e = bootstrap_ratio(numerator, denominator, 12, RESAMPLES, 1);
    assert_int_equal(e.n, 6);
    assert_true(is_close(e.value, 3) && is_close(e.low, 3) && is_close(e.high, 3));

    const double values[] = {NAN, 1, 2, NAN, 3};
    e = bootstrap_median(values, 5, RESAMPLES, 1);
    assert_int_equal(e.n, 3);
    assert_true(e.value == 2);
}

static void too_few_values_have_no_interval(void **unused)
{
    (void)unused;
    const double values[] = {5, 1, 4, 2, 3, 6};
    const double ones[] = {1, 1, 1, 1, 1, 1};
    for (size_t n = 0; n <= 6; n++) {
        struct estimate m = bootstrap_median(values, n, RESAMPLES, 1);
        struct estimate r = bootstrap_ratio(values, ones, n, RESAMPLES, 1);
        assert_int_equal(m.n, n);
        assert_int_equal(r.n, n);
        assert_int_equal(isnan(m.value), n == 0);
        assert_int_equal(isnan(r.value), n == 0);
        assert_int_equal(isnan(m.low) && isnan(m.high), n < ESTIMATE_MIN_N);
        assert_int_equal(isnan(r.low) && isnan(r.high), n < ESTIMATE_MIN_N);
        assert_int_equal(isnan(r.low_90) && isnan(r.high_90), n < ESTIMATE_MIN_N);
    }
    struct estimate none = bootstrap_median(values, 6, 0, 1);
    assert_true(none.value == 3.5 && isnan(none.low) && isnan(none.high));
}

static void equal_values_have_an_interval_of_width_zero(void **unused)
{
    (void)unused;
    double values[MAX_N];
    for (size_t i = 0; i < MAX_N; i++)
        values[i] = 0.1;
    for (size_t n = ESTIMATE_MIN_N; n <= MAX_N; n++) {
        struct estimate e = bootstrap_median(values, n, 1000, n);
        assert_true(e.value == 0.1 && e.low == 0.1 && e.high == 0.1);
    }
}

static void same_seed_same_estimate(void **unused)
{
    (void)unused;
    unsigned short state[3];
    double values[MAX_N];
    random_state(state, 3, 0);
    for (size_t i = 0; i < MAX_N; i++)
        values[i] = erand48(state);
    struct estimate one = bootstrap_median(values, MAX_N, 1000, 1);
    struct estimate same = bootstrap_median(values, MAX_N, 1000, 1);
    assert_true(one.low == same.low && one.high == same.high);
    // The ends of few resamples hang on the seed, those of many hardly.
    size_t differing = 0;
    for (uint64_t seed = 2; seed < 12; seed++)
        differing += bootstrap_median(values, MAX_N, 100, seed).low != one.low;
    assert_true(differing > 0);
}

static double gaussian(unsigned short state[3])
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

// What trials look like here: 20 % of lognormal noise, and 3 % of them slowed down threefold.
static double noise(unsigned short state[3])
{
    double factor = exp(0.2 * gaussian(state));
    return erand48(state) < 0.03 ? 3 * factor : factor;
}

struct coverage {
    double of_95, of_90;
};

// Of how many simulated samples of n the intervals hold the truth, in percent.
static struct coverage coverage(bool paired, size_t n, double truth)
{
    enum { SIMULATIONS = 1000 };
    unsigned short state[3];
    struct coverage covered = {0, 0};
    random_state(state, 4, n);
    for (uint64_t s = 0; s < SIMULATIONS; s++) {
        double numerator[MAX_N], denominator[MAX_N];
        for (size_t i = 0; i < n; i++) {
            double block = exp(gaussian(state)); // what a pair shares
            denominator[i] = block * noise(state);
            numerator[i] = (paired ? truth * block : 1) * noise(state);
        }
        struct estimate e = paired ? bootstrap_ratio(numerator, denominator, n, 1000, s)
                                   : bootstrap_median(numerator, n, 1000, s);
        covered.of_95 += 100.0 * (e.low <= truth && truth <= e.high) / SIMULATIONS;
        covered.of_90 += 100.0 * (e.low_90 <= truth && truth <= e.high_90) / SIMULATIONS;
    }
    return covered;
}

// The median of what noise() draws from, found by bisection.
static double median_of_noise(void)
{
    double below = 1;
    double above = 2;
    while (above - below > 1e-9) {
        double x = (below + above) / 2;
        double share =
            0.97 * erfc(-log(x) / 0.2 / sqrt(2)) / 2 + 0.03 * erfc(-log(x / 3) / 0.2 / sqrt(2)) / 2;
        *(share < 0.5 ? &below : &above) = x;
    }
    return below;
}

static void intervals_cover_the_truth(void **unused)
{
    (void)unused;
    for (size_t n = 20; n <= 40; n += 20) {
        struct coverage median = coverage(false, n, median_of_noise()),
                        ratio = coverage(true, n, 1.5);
        print_message("n = %zu: the median's intervals cover %.1f and %.1f %%, the ratio's %.1f "
                      "and %.1f %%\n",
                      n, median.of_95, median.of_90, ratio.of_95, ratio.of_90);
        assert_true(93 <= median.of_95 && median.of_95 <= 97);
        assert_true(93 <= ratio.of_95 && ratio.of_95 <= 97);
        assert_true(87 <= median.of_90 && median.of_90 <= 93);
        assert_true(87 <= ratio.of_90 && ratio.of_90 <= 93);
    }
}

// Twenty pairs, one of them an outlier, and what R 4.2.2 says of them:
//     l <- log(x / y); exp(mean(l, trim = 0.2)); median(x)
//     tail <- pnorm(-qt(0.975, 19)); b <- replicate(1e6, mean(sample(l, replace = TRUE), trim =
//     0.2)) exp(quantile(b, c(tail, 1 - tail), type = 1)), and likewise of replicate(...,
//     median(...))
// and, with 0.85 * x for x and 2e5 resamples, p <- mean(b <= 0); 2 * pt(qnorm(p), 19).
static const double x[] = {11.905, 9.159, 13.071, 8.188,  9.352, 10.892, 41.5,
                           8.778,  9.331, 9.2,    9.97,   9.777, 9.101,  12.196,
                           7.96,   9.365, 11.567, 10.042, 9.872, 10.601};
static const double y[] = {8.289, 7.829,  8.915,  8.456, 7.715, 6.415, 7.316, 6.736, 5.519, 7.297,
                           7.745, 10.155, 10.103, 9.447, 6.786, 6.052, 6.976, 9.643, 8.106, 8.525};

static bool is_near(double value, double expected, double within)
{
    return fabs(value - expected) <= within * expected;
}

static void agrees_with_r(void **unused)
{
    (void)unused;
    struct estimate ratio = bootstrap_ratio(x, y, 20, 100 * RESAMPLES, 1);
    assert_true(is_near(ratio.value, 1.29581557451, 1e-11));
    assert_true(is_near(ratio.low, 1.1624557257, 2e-3));
    assert_true(is_near(ratio.high, 1.44576507058, 2e-3));
    struct estimate median = bootstrap_median(x, 20, 100 * RESAMPLES, 1);
    assert_true(is_near(median.value, 9.8245, 1e-12));
    assert_true(is_near(median.low, 9.245, 1e-12));
    assert_true(is_near(median.high, 10.892, 1e-12));
    double less[20];
    for (size_t i = 0; i < 20; i++)
        less[i] = 0.85 * x[i];
    ratio = bootstrap_ratio(less, y, 20, 100 * RESAMPLES, 1);
    assert_true(is_near(ratio.p, 0.0760, 0.02));
    assert_true(is_near(ratio.low, 0.98889, 2e-3));
}

// ministat (FreeBSD's, 20150715) of x without the outlier, and of 0.8 times that, beside y: the
// first "Difference at 95.0% confidence", the second "No difference proven at 95.0% confidence";
// the medians 9.777 and 7.8216. It does not pair; here there is nothing that pairs share.
static void agrees_with_ministat(void **unused)
{
    (void)unused;
    double kept[19], less[19], beside[19];
    for (size_t i = 0, n = 0; i < 20; i++)
        if (x[i] < 40) {
            kept[n] = x[i];
            less[n] = 0.8 * x[i];
            beside[n++] = y[i];
        }
    assert_true(bootstrap_median(kept, 19, 0, 1).value == 9.777);
    assert_true(is_near(bootstrap_median(less, 19, 0, 1).value, 7.8216, 1e-12));
    struct estimate differs = bootstrap_ratio(kept, beside, 19, RESAMPLES, 1),
                    does_not = bootstrap_ratio(less, beside, 19, RESAMPLES, 1);
    assert_true(differs.low > 1 && differs.p < 0.05);
    assert_true(does_not.low <= 1 && does_not.high >= 1 && does_not.p >= 0.05);
}

static void p_and_interval_say_the_same(void **unused)
{
    (void)unused;
    size_t excluded = 0, included = 0;
    unsigned short state[3];
    random_state(state, 8, 0);
    for (size_t s = 0; s < 3000; s++) {
        const size_t n = ESTIMATE_MIN_N + s % (MAX_N + 1 - ESTIMATE_MIN_N);
        double numerator[MAX_N], denominator[MAX_N];
        for (size_t i = 0; i < n; i++) {
            numerator[i] = noise(state) * exp(0.6 / sqrt((double)n));
            denominator[i] = noise(state);
        }
        struct estimate e = bootstrap_ratio(numerator, denominator, n, 1000, s);
        bool excludes = e.low > 1 || e.high < 1;
        assert_int_equal(e.p < 0.05, excludes);
        assert_true(e.low <= e.low_90 && e.low_90 <= e.value);
        assert_true(e.value <= e.high_90 && e.high_90 <= e.high);
        assert_true(0 <= e.p && e.p <= 1);
        *(excludes ? &excluded : &included) += 1;
    }
    assert_true(excluded > 500 && included > 500);
}

// Beyond what resamples reach the p-value still tells more from less.
static void p_goes_on_falling(void **unused)
{
    (void)unused;
    double before = 1;
    for (double factor = 1.05; factor < 4; factor *= 1.1) {
        double more[20];
        for (size_t i = 0; i < 20; i++)
            more[i] = y[i] * factor * (x[i] < 40 ? x[i] / 10 : 1);
        struct estimate e = bootstrap_ratio(more, y, 20, RESAMPLES, 1);
        assert_true(e.p < before || e.p == 0);
        before = e.p;
    }
    assert_true(before < 1e-12);
    const double ones[] = {1, 1, 1, 1, 1, 1}, twos[] = {2, 2, 2, 2, 2, 2};
    assert_true(bootstrap_ratio(ones, ones, 6, RESAMPLES, 1).p == 1);
    assert_true(bootstrap_ratio(twos, ones, 6, RESAMPLES, 1).p == 0);
    assert_true(isnan(bootstrap_ratio(twos, ones, 5, RESAMPLES, 1).p));
    assert_true(isnan(bootstrap_median(x, 20, RESAMPLES, 1).p));
}

// From a table.
static void quantiles_of_the_normal_distribution(void **unused)
{
    (void)unused;
    assert_true(fabs(normal_quantile(0.5)) < 1e-9);
    assert_true(fabs(normal_quantile(0.025) - 1.959964) < 1e-6);
    assert_true(fabs(normal_quantile(0.025 / 40) - 3.227218) < 1e-6);
}

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.2, 0.03), "holm").
static void holm_of_known_values(void **unused)
{
    (void)unused;
    double p[] = {0.01, NAN, 0.04, 0.03, 0.005, 0.2, NAN, 0.03};
    const double expected[] = {0.05, NAN, 0.12, 0.12, 0.03, 0.2, NAN, 0.12};
    holm(p, 8);
    for (size_t i = 0; i < 8; i++)
        assert_true(isnan(expected[i]) ? isnan(p[i]) : is_close(p[i], expected[i]));
    double large[] = {0.6, 0.9}, none[] = {NAN};
    holm(large, 2);
    assert_true(large[0] == 1 && large[1] == 1);
    holm(none, 1);
    assert_true(isnan(none[0]));
    holm(none, 0);
}

static void states_differ(void **unused)
{
    (void)unused;
    enum { SEEDS = 50 };
    unsigned short state[3];
    double sum = 0, products = 0, before = 0.5;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint64_t number = 0; number < SEEDS; number++) {
            random_state(state, seed, number);
            double first = erand48(state);
            sum += first;
            products += (first - 0.5) * (before - 0.5);
            before = first;
        }
    // 4 standard errors for independent uniform numbers; unmixed, neighbours would be equal.
    assert_true(fabs(sum / (SEEDS * SEEDS) - 0.5) < 4 * sqrt(1.0 / 12) / SEEDS);
    assert_true(fabs(products / (SEEDS * SEEDS)) < 4.0 / 12 / SEEDS);
}

static void shuffle_is_a_permutation(void **unused)
{
    (void)unused;
    enum { N = 100 };
    unsigned short state[3], again[3];
    size_t order[N], same[N];
    random_state(state, 5, 0);
    random_state(again, 5, 0);
    for (size_t n = 0; n <= N; n++) {
        bool seen[N] = {false};
        for (size_t i = 0; i < n; i++)
            order[i] = same[i] = i;
        shuffle(order, n, state);
        shuffle(same, n, again);
        assert_memory_equal(order, same, n * sizeof *order);
        for (size_t i = 0; i < n; i++) {
            assert_true(order[i] < n && !seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

// All 24 orders of four, each from a state of its own as a run's blocks are: chi-squared with 23
// degrees of freedom is above 41.6 in one of 100 runs.
static void shuffle_is_uniform(void **unused)
{
    (void)unused;
    enum { BLOCKS = 24000 };
    size_t counts[256] = {0};
    for (uint64_t block = 0; block < BLOCKS; block++) {
        unsigned short state[3];
        size_t order[] = {0, 1, 2, 3};
        random_state(state, 6, block);
        shuffle(order, 4, state);
        counts[order[0] | order[1] << 2 | order[2] << 4 | order[3] << 6]++;
    }
    double chi_squared = 0;
    size_t orders = 0;
    for (size_t i = 0; i < 256; i++)
        if (counts[i] > 0) {
            double difference = (double)counts[i] - BLOCKS / 24.0;
            chi_squared += difference * difference / (BLOCKS / 24.0);
            orders++;
        }
    assert_int_equal(orders, 24);
    assert_true(chi_squared < 41.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_of_known_values),
        cmocka_unit_test(median_interval_is_the_exact_one),
        cmocka_unit_test(ratio_of_known_values),
        cmocka_unit_test(ratio_is_paired),
        cmocka_unit_test(function_of_ratios),
        cmocka_unit_test(function_that_is_infinite_now_and_then),
        cmocka_unit_test(ratio_of_identical_series_is_one),
        cmocka_unit_test(unusable_pairs_are_left_out),
        cmocka_unit_test(too_few_values_have_no_interval),
        cmocka_unit_test(equal_values_have_an_interval_of_width_zero),
        cmocka_unit_test(same_seed_same_estimate),
        cmocka_unit_test(intervals_cover_the_truth),
        cmocka_unit_test(agrees_with_r),
        cmocka_unit_test(agrees_with_ministat),
        cmocka_unit_test(p_and_interval_say_the_same),
        cmocka_unit_test(p_goes_on_falling),
        cmocka_unit_test(quantiles_of_the_normal_distribution),
        cmocka_unit_test(holm_of_known_values),
        cmocka_unit_test(states_differ),
        cmocka_unit_test(shuffle_is_a_permutation),
        cmocka_unit_test(shuffle_is_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
