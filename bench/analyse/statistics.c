#include "bench/analyse/statistics.h"
#include "bench/base/memory.h"
#include "bench/base/random.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const struct estimate no_estimate = {NAN, NAN, NAN, NAN, NAN, NAN, 0};

// The two intervals: the probability of a true value outside of them.
#define OUTSIDE_95 0.05
#define OUTSIDE_90 0.10

// An estimator of the sample in which sorted[i] occurs counts[i] times, n values in total.
typedef double estimator(const double *sorted, const uint16_t *counts, size_t n);

static double median(const double *sorted, const uint16_t *counts, size_t n)
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

static double trimmed_mean(const double *sorted, const uint16_t *counts, size_t n)
{
    const size_t cut = n / 5, end = n - cut;
    size_t i = 0, seen = counts[0];
    while (seen <= cut)
        seen += counts[++i];
    double sum = (double)(seen - cut) * sorted[i];
    while (seen < end) {
        seen += counts[++i];
        sum += counts[i] * sorted[i];
    }
    return (sum - (double)(seen - end) * sorted[i]) / (double)(end - cut);
}

static int compare(const void *left, const void *right)
{
    const double *a = left;
    const double *b = right;
    return (*a > *b) - (*a < *b);
}

// The probability of |T| > t for Student's distribution with these degrees of freedom (Abramowitz
// and Stegun 26.7.3 and 26.7.4: a finite sum, exact up to rounding).
static double student_beyond(double t, size_t freedom)
{
    const double angle = atan(t / sqrt((double)freedom)), cosine = cos(angle);
    const size_t odd = freedom % 2;
    double term = odd ? cosine : 1, sum = freedom > 1 ? term : 0;
    for (size_t power = 2 + odd; power + 2 <= freedom; power += 2) {
        term *= cosine * cosine * (double)(power - 1) / (double)power;
        sum += term;
    }
    sum *= sin(angle);
    return fmax(0, 1 - (odd ? M_2_PI * (angle + sum) : sum));
}

static double normal_beyond(double z)
{
    return erfc(z / M_SQRT2) / 2;
}

// The t at which a falling probability equals p, by bisection.
double student_quantile(double p, size_t freedom)
{
    double low = 0, high = 1000;
    for (int i = 0; i < 64; i++) {
        double t = (low + high) / 2;
        *(student_beyond(t, freedom) > p ? &low : &high) = t;
    }
    return low;
}

double normal_quantile(double p)
{
    double low = 0, high = 40;
    for (int i = 0; i < 64; i++) {
        double z = (low + high) / 2;
        *(normal_beyond(z) > p ? &low : &high) = z;
    }
    return low;
}

// Draws n of n with replacement, each unbiased within n * 2^-32, two per SplitMix64 number.
static void resample(uint16_t *counts, size_t n, uint64_t *state)
{
    memset(counts, 0, n * sizeof *counts);
    for (size_t i = 0; i < n; i += 2) {
        uint64_t bits = random_mix(*state);
        *state += 0x9e3779b97f4a7c15;
        counts[(bits >> 32) * n >> 32]++;
        if (i + 1 < n)
            counts[(bits & 0xffffffff) * n >> 32]++;
    }
}

// What is drawn depends on n and the seed alone, so for few values it is drawn once and kept: the
// counts of one resample after the other. NULL: not kept.
static const uint16_t *kept_draws(size_t n, unsigned resamples, uint64_t seed)
{
    enum { MOST_VALUES = 64 };
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct {
        uint16_t *counts;
        unsigned resamples;
        uint64_t seed;
    } all[MOST_VALUES + 1];
    if (n > MOST_VALUES)
        return NULL;
    pthread_mutex_lock(&lock);
    if (!all[n].counts) {
        uint64_t state = random_mix(seed);
        uint16_t *counts = memory_for(n * resamples, sizeof *counts);
        for (unsigned r = 0; r < resamples; r++)
            resample(counts + r * n, n, &state);
        all[n].counts = counts;
        all[n].resamples = resamples;
        all[n].seed = seed;
    }
    bool fits = all[n].seed == seed && all[n].resamples >= resamples;
    pthread_mutex_unlock(&lock);
    return fits ? all[n].counts : NULL; // which never changes
}

// The k-th smallest value (Hoare's FIND); reorders the values.
static double at_rank(double *values, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, rank = (ptrdiff_t)k;
    while (low < high) {
        double pivot = values[rank];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j) {
                double swapped = values[i];
                values[i++] = values[j];
                values[j--] = swapped;
            }
        }
        if (j < rank)
            low = i;
        if (rank < i)
            high = j;
    }
    return values[k];
}

// The number of resamples cut off at either end of an interval of n values.
static size_t cut_off(double outside, size_t n, unsigned resamples)
{
    return (size_t)(normal_beyond(student_quantile(outside, n - 1)) * resamples);
}

// Reorders the replicates.
static void middle_range(double *replicates, unsigned resamples, double outside, size_t n,
                         double *low, double *high)
{
    size_t left_out = cut_off(outside, n, resamples);
    *low = at_rank(replicates, resamples, left_out);
    *high = at_rank(replicates, resamples, resamples - 1 - left_out);
}

// The p-value of a true value of 0: the level at which the end of the interval would be 0. Beyond
// the outer half of what a 95 % interval cuts off, there are too few resamples for this.
static double p_of_zero(double value, const double *replicates, unsigned resamples, size_t n)
{
    size_t below = 0, above = 0, told = cut_off(OUTSIDE_95, n, resamples) / 2;
    double sum = 0;
    for (unsigned r = 0; r < resamples; r++) {
        below += replicates[r] <= 0;
        above += replicates[r] >= 0;
        sum += (replicates[r] - value) * (replicates[r] - value);
    }
    size_t beyond = below < above ? below : above;
    double z = normal_quantile((double)(beyond > told ? beyond : told + 1) / resamples);
    if (beyond <= told)
        z = fmax(z, fabs(value) / sqrt(sum / resamples));
    return student_beyond(z, n - 1);
}

// Sorts the values in place.
static struct estimate bootstrap(estimator *estimate, double *values, size_t n, unsigned resamples,
                                 uint64_t seed)
{
    struct estimate result = no_estimate;
    result.n = n;
    if (n == 0)
        return result;

    // Sorted once: a resample is then a count per value and needs no sorting.
    qsort(values, n, sizeof *values, compare);
    uint16_t *counts = memory_for(n, sizeof *counts);
    for (size_t i = 0; i < n; i++)
        counts[i] = 1;
    result.value = estimate(values, counts, n);

    if (n >= ESTIMATE_MIN_N && resamples > 0) {
        double *replicates = memory_for(resamples, sizeof *replicates);
        const uint16_t *kept = kept_draws(n, resamples, seed);
        uint64_t state = random_mix(seed);
        for (unsigned r = 0; r < resamples; r++) {
            if (!kept)
                resample(counts, n, &state);
            replicates[r] = estimate(values, kept ? kept + r * n : counts, n);
        }
        middle_range(replicates, resamples, OUTSIDE_95, n, &result.low, &result.high);
        result.p = p_of_zero(result.value, replicates, resamples, n);
        middle_range(replicates, resamples, OUTSIDE_90, n, &result.low_90, &result.high_90);
        free(replicates);
    }
    free(counts);
    return result;
}

struct estimate bootstrap_median(const double *values, size_t n, unsigned resamples, uint64_t seed)
{
    double *kept = memory_for(n, sizeof *kept);
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            kept[n_kept++] = values[i];
    struct estimate result = bootstrap(median, kept, n_kept, resamples, seed);
    result.p = NAN; // a cost of 0 is not a hypothesis
    free(kept);
    return result;
}

struct estimate bootstrap_ratio(const double *numerator, const double *denominator, size_t n,
                                unsigned resamples, uint64_t seed)
{
    double *logs = memory_for(n, sizeof *logs);
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
    result.low_90 = exp(result.low_90);
    result.high_90 = exp(result.high_90);
    return result;
}

size_t complete_blocks(const double *logs, size_t rows, size_t n, size_t *blocks)
{
    size_t kept = 0;
    for (size_t block = 0; block < n; block++) {
        size_t row = 0;
        while (row < rows && !isnan(logs[row * n + block]))
            row++;
        if (row == rows)
            blocks[kept++] = block;
    }
    return kept;
}

// Rows of n values each, sorted, with their original positions: places[i] of sorted[i].
struct sorted_rows {
    size_t rows, n;
    double *sorted;
    size_t *places;
};

static void sort_rows(struct sorted_rows *s, const double *logs, size_t stride,
                      const size_t *blocks)
{
    for (size_t row = 0; row < s->rows; row++) {
        double *sorted = s->sorted + row * s->n;
        size_t *places = s->places + row * s->n;
        for (size_t i = 0; i < s->n; i++) {
            size_t at = i;
            double value = logs[row * stride + blocks[i]];
            for (; at > 0 && sorted[at - 1] > value; at--) {
                sorted[at] = sorted[at - 1];
                places[at] = places[at - 1];
            }
            sorted[at] = value;
            places[at] = i;
        }
    }
}

// The value of the function if block i occurs taken[i] times.
static double of_resample(double (*of)(const double *, const void *), const void *context,
                          const struct sorted_rows *s, const uint16_t *taken, uint16_t *counts,
                          double *ratios)
{
    for (size_t row = 0; row < s->rows; row++) {
        for (size_t i = 0; i < s->n; i++)
            counts[i] = taken[s->places[row * s->n + i]];
        ratios[row] = exp(trimmed_mean(s->sorted + row * s->n, counts, s->n));
    }
    return of(ratios, context);
}

struct estimate bootstrap_of_ratios(double (*of)(const double *ratios, const void *context),
                                    const void *context, const double *logs, size_t rows, size_t n,
                                    unsigned resamples, uint64_t seed)
{
    size_t *blocks = memory_for(n, sizeof *blocks);
    struct sorted_rows s = {.rows = rows, .n = rows ? complete_blocks(logs, rows, n, blocks) : 0};
    struct estimate result = no_estimate;
    result.n = s.n;
    s.sorted = memory_for(rows * s.n, sizeof *s.sorted);
    s.places = memory_for(rows * s.n, sizeof *s.places);
    uint16_t *taken = memory_for(s.n, sizeof *taken), *counts = memory_for(s.n, sizeof *counts);
    double *ratios = memory_for(rows, sizeof *ratios);
    double *replicates = memory_for(resamples, sizeof *replicates);
    sort_rows(&s, logs, n, blocks);
    for (size_t i = 0; i < s.n; i++)
        taken[i] = 1;
    if (s.n)
        result.value = of_resample(of, context, &s, taken, counts, ratios);
    if (s.n >= ESTIMATE_MIN_N && resamples > 0) {
        uint64_t state = random_mix(seed);
        for (unsigned r = 0; r < resamples; r++) {
            resample(taken, s.n, &state);
            replicates[r] = of_resample(of, context, &s, taken, counts, ratios);
        }
        middle_range(replicates, resamples, OUTSIDE_95, s.n, &result.low, &result.high);
        middle_range(replicates, resamples, OUTSIDE_90, s.n, &result.low_90, &result.high_90);
    }
    free(replicates);
    free(ratios);
    free(counts);
    free(taken);
    free(s.places);
    free(s.sorted);
    free(blocks);
    return result;
}

void holm(double *p, size_t n)
{
    double *sorted = memory_for(n, sizeof *sorted);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            sorted[kept++] = p[i];
    qsort(sorted, kept, sizeof *sorted, compare);
    double *adjusted = memory_for(kept, sizeof *adjusted);
    for (size_t i = 0; i < kept; i++)
        adjusted[i] = fmin(1, fmax(i ? adjusted[i - 1] : 0, sorted[i] * (double)(kept - i)));
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i]))
            continue;
        double *found = bsearch(&p[i], sorted, kept, sizeof *sorted, compare);
        while (found > sorted &&
               found[-1] ==
                   *found) // the first of equal values, which has the highest adjusted value
            found--;
        p[i] = adjusted[found - sorted];
    }
    free(sorted);
    free(adjusted);
}

// How far the logarithms of resampled quantities are from that of the quantity itself.
struct distances {
    double mean, error, lowest, highest; // error: the standard error
};

static struct distances distances(of_blocks *compute, const void *from, double value,
                                  uint16_t *times, size_t n, unsigned resamples, uint64_t seed)
{
    struct distances d = {0};
    uint64_t state = random_mix(seed);
    double sum = 0, squares = 0;
    for (unsigned r = 0; r < resamples; r++) {
        resample(times, n, &state);
        double distance = log(compute(times, from) / value);
        d.lowest = fmin(d.lowest, distance);
        d.highest = fmax(d.highest, distance);
        sum += distance;
        squares += distance * distance;
    }
    d.mean = sum / resamples;
    double variance = fmax(0, squares / resamples - d.mean * d.mean);
    d.error = sqrt(variance * (double)n / (double)(n - 1));
    return d;
}

static void student_interval(const struct distances *d, double outside, const struct estimate *e,
                             double *low, double *high)
{
    double reach = student_quantile(outside, e->n - 1) * d->error;
    *low = e->value * exp(fmax(d->lowest, -reach - fmax(0, d->mean)));
    *high = e->value * exp(fmin(d->highest, reach - fmin(0, d->mean)));
}

struct estimate bootstrap_blocks(of_blocks *compute, const void *from, size_t n, unsigned resamples,
                                 uint64_t seed)
{
    struct estimate result = no_estimate;
    uint16_t *times = memory_for(n, sizeof *times);
    result.n = n;
    for (size_t i = 0; i < n; i++)
        times[i] = 1;
    if (n > 0)
        result.value = compute(times, from);
    if (n >= ESTIMATE_MIN_N && resamples > 0) {
        struct distances d = distances(compute, from, result.value, times, n, resamples, seed);
        double log_value = log(result.value),
               beyond = fabs(log_value) - (log_value > 0 ? fmax(0, d.mean) : -fmin(0, d.mean));
        student_interval(&d, OUTSIDE_95, &result, &result.low, &result.high);
        student_interval(&d, OUTSIDE_90, &result, &result.low_90, &result.high_90);
        result.p = student_beyond(fmax(0, beyond) / d.error, n - 1);
    }
    free(times);
    return result;
}
