#include "bench/core/statistics.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// An estimator of the sample in which sorted[i] occurs counts[i] times, n values in all.
typedef double estimator(const double *sorted, const size_t *counts, size_t n);

static double median(const double *sorted, const size_t *counts, size_t n)
{
    size_t i = 0;
    size_t seen = counts[0];
    while (seen <= (n - 1) / 2)
        seen += counts[++i];
    double lower = sorted[i];
    while (seen <= n / 2)
        seen += counts[++i];
    return (lower + sorted[i]) / 2;
}

static double trimmed_mean(const double *sorted, const size_t *counts, size_t n)
{
    const size_t cut = n / 5;
    double sum = 0;
    size_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        size_t from = seen > cut ? seen : cut;
        seen += counts[i];
        size_t to = seen < n - cut ? seen : n - cut;
        if (to > from)
            sum += (double)(to - from) * sorted[i];
    }
    return sum / (double)(n - 2 * cut);
}

static int compare(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

// The 97.5 % quantile of Student's distribution with n - 1 degrees of freedom by Abramowitz and
// Stegun 26.7.5, which is within 0.0003 for the 5 degrees of freedom and more that are asked for.
static double student(size_t n)
{
    const double z = 1.959963984540054;
    const double z2 = z * z;
    const double v = (double)(n - 1);
    const double g1 = (z2 + 1) / 4;
    const double g2 = ((5 * z2 + 16) * z2 + 3) / 96;
    const double g3 = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    const double g4 = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z * (1 + (g1 + (g2 + (g3 + g4 / v) / v) / v) / v);
}

// Phi(-t)
static double expanded_tail(size_t n)
{
    return erfc(student(n) / M_SQRT2) / 2;
}

static size_t random_below(size_t n, unsigned short state[3])
{
    return (size_t)((uint64_t)nrand48(state) * n >> 31);
}

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);
    if (memory == NULL)
        err(EXIT_FAILURE, "statistics: %zu values", n);
    return memory;
}

// Sorts the values in place.
static struct estimate bootstrap(estimator *estimate, double *values, size_t n, unsigned resamples,
                                 uint64_t seed)
{
    struct estimate result = {NAN, NAN, NAN, n};
    if (n == 0)
        return result;

    // Sorted once: a resample is then a count for each value, and needs no sorting of its own.
    qsort(values, n, sizeof *values, compare);
    size_t *counts = allocate(n, sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[i] = 1;
    result.value = estimate(values, counts, n);

    if (n >= ESTIMATE_MIN_N && resamples > 0) {
        double *replicates = allocate(resamples, sizeof *replicates);
        unsigned short state[3];
        random_state(state, seed, 0);
        for (unsigned r = 0; r < resamples; r++) {
            for (size_t i = 0; i < n; i++)
                counts[i] = 0;
            for (size_t i = 0; i < n; i++)
                counts[random_below(n, state)]++;
            replicates[r] = estimate(values, counts, n);
        }
        qsort(replicates, resamples, sizeof *replicates, compare);
        size_t left_out = (size_t)(expanded_tail(n) * resamples);
        result.low = replicates[left_out];
        result.high = replicates[resamples - 1 - left_out];
        free(replicates);
    }
    free(counts);
    return result;
}

struct estimate bootstrap_median(const double *values, size_t n, unsigned resamples, uint64_t seed)
{
    double *kept = allocate(n, sizeof *kept);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            kept[n_kept++] = values[i];
    struct estimate result = bootstrap(median, kept, n_kept, resamples, seed);
    free(kept);
    return result;
}

struct estimate bootstrap_ratio(const double *numerator, const double *denominator, size_t n,
                                unsigned resamples, uint64_t seed)
{
    double *logs = allocate(n, sizeof *logs);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(numerator[i]) && isfinite(denominator[i]) && numerator[i] > 0 &&
            denominator[i] > 0)
            logs[n_kept++] = log(numerator[i]) - log(denominator[i]);
    struct estimate result = bootstrap(trimmed_mean, logs, n_kept, resamples, seed);
    free(logs);
    result.value = exp(result.value);
    result.low = exp(result.low);
    result.high = exp(result.high);
    return result;
}

// SplitMix64's mixing (Steele, Lea, Flood 2014).
static uint64_t mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void random_state(unsigned short state[3], uint64_t seed, uint64_t number)
{
    uint64_t mixed = mix(mix(seed) + number);
    for (int i = 0; i < 3; i++)
        state[i] = (unsigned short)(mixed >> (16 * i));
}

void shuffle(size_t *order, size_t n, unsigned short state[3])
{
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(i, state);
        size_t swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

struct estimate bootstrap_blocks(of_blocks *compute, const void *from, size_t n, unsigned resamples,
                                 uint64_t seed)
{
    struct estimate result = {.value = NAN, .low = NAN, .high = NAN, .n = n};
    uint32_t *times = allocate(n, sizeof *times);
    for (size_t i = 0; i < n; i++)
        times[i] = 1;
    if (n > 0)
        result.value = compute(times, from);
    if (n >= ESTIMATE_MIN_N && resamples > 0) {
        unsigned short state[3];
        double sum = 0, squares = 0;
        random_state(state, seed, 0);
        for (unsigned r = 0; r < resamples; r++) {
            memset(times, 0, n * sizeof *times);
            for (size_t i = 0; i < n; i++)
                times[random_below(n, state)]++;
            double distance = log(compute(times, from) / result.value);
            sum += distance;
            squares += distance * distance;
        }
        double mean = sum / resamples, variance = fmax(0, squares / resamples - mean * mean);
        double reach = student(n) * sqrt(variance * (double)n / (double)(n - 1));
        result.low = result.value * exp(-reach - fmax(0, mean));
        result.high = result.value * exp(reach - fmin(0, mean));
    }
    free(times);
    return result;
}
