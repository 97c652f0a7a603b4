// Estimates with intervals from few, noisy measurements.
//
// One value is one trial; intervals come only from the spread between trials. They are 95 %
// percentile bootstrap intervals (Efron 1979): the sample is resampled with replacement many times,
// and the interval is the middle range of the estimates. For small samples that is too narrow, so
// it is expanded after Hesterberg ("What teachers should know about the bootstrap", The American
// Statistician 69, 2015, pp. 371-386; ExpandProbs in his R package `resample`): instead of 2.5 %,
// Phi(-t) is cut off at either end, with t as Student's 97.5 % quantile for n - 1 degrees of
// freedom. His further factor sqrt(n / (n - 1)) belongs to the mean and makes the estimators here
// cover 97 to 98 % at n = 7 .. 15; without it they cover 93.4 to 96.8 % from n = 6 to 60, with
// clean noise and with many outliers, and 93 to 97 % on a simulated machine that drifts and stalls
// (tests/coverage.c checks this).
//
// The p-value of a ratio of 1 comes from the same resamples: it is the level at which an end of the
// interval, expanded in the same way, would be exactly 1. So p < 0.05 if and only if the 95 %
// interval excludes 1 (with 1000 resamples or more). Far out, where there are too few resamples, it
// is that of Student's t of the estimate and the resamples' standard deviation.
//
// The 90 % interval comes from the same resamples, expanded in the same way. It is what an
// equivalence test needs (verdict.h), and covers 87 to 93 % there (of medians of six values, 94 %).
//
// Cost: O(n) per resample; n = 60 with 10 000 resamples takes about 1.5 ms.
#pragma once

#include <stddef.h>
#include <stdint.h>

// With five values the whole range misses the true median in 2 * (1/2)^5 = 6 % of all samples: a 95
// % interval needs at least six.
enum { ESTIMATE_MIN_N = 6 };

struct estimate {
    double value; // NAN if n is 0
    double low;   // low and high are NAN if n is less than ESTIMATE_MIN_N
    double high;
    double low_90; // the 90 % interval, inside the 95 % interval; NAN where that is
    double high_90;
    double p; // for a true ratio of 1; NAN for a median, and without an interval
    size_t n; // the number of values or pairs
};

// No values: everything is NAN.
extern const struct estimate no_estimate;

// The median of n values, in their unit, with its interval from `resamples` resamples (usually 10
// 000; 0: no interval). NANs are ignored. The same arguments give the same estimate. Exits if out
// of memory.
struct estimate bootstrap_median(const double *values, size_t n, unsigned resamples, uint64_t seed);

// The typical ratio numerator[i] / denominator[i] of n blocks: what both share, such as a slow
// moment of the machine, cancels within a block. It is the 20 % trimmed mean of the logarithms,
// exponentiated. Outliers in up to a fifth of the blocks hardly move it (Wilcox, "Introduction to
// Robust Estimation", chapter 4). With 20 % of noise and 3 % of threefold outliers on both sides,
// its interval is 5 to 12 % narrower than the median's from n = 20 on (with 15 % of outliers up to
// 10 % wider). Pairs other than two positive finite numbers are ignored; n is the number of
// remaining ones. Swapping the two inverts the estimate.
struct estimate bootstrap_ratio(const double *numerator, const double *denominator, size_t n,
                                unsigned resamples, uint64_t seed);

// Adjusts the p-values of a family of comparisons (NANs are not part of it), so that the chance of
// any wrong adjusted value below 0.05 is at most 5 % (Holm, "A simple sequentially rejective
// multiple test procedure", Scandinavian Journal of Statistics 6, 1979, pp. 65-70).
void holm(double *p, size_t n);

// The z that a standard normal number exceeds with this probability, for p up to 1/2.
double normal_quantile(double p);

// The t whose absolute value Student's distribution with these degrees of freedom (1 or more)
// exceeds with this probability: 2.26 for p = 0.05 and 9.
double student_quantile(double p, size_t freedom);

// Of n blocks, those in which none of the rows, values[row * n + block], is NAN. Returns their
// number.
size_t complete_blocks(const double *values, size_t rows, size_t n, size_t *blocks);

// The value of a function of several ratios measured in the same n blocks, with its interval.
// logs[row * n + block] is the logarithm of a ratio in a block. Each ratio is estimated as in
// bootstrap_ratio, from resampled whole blocks, so that the ratios of a block stay together. Blocks
// that lack a ratio (NAN) are ignored. The function may return INFINITY: an end of the interval is
// then infinite if enough resamples are. Costs as much as `rows` ratios.
struct estimate bootstrap_of_ratios(double (*of)(const double *ratios, const void *context),
                                    const void *context, const double *logs, size_t rows, size_t n,
                                    unsigned resamples, uint64_t seed);

// A quantity computed from blocks, given how often each was drawn.
typedef double of_blocks(const uint16_t *times, const void *from);

// A positive quantity computed from n blocks, with its interval from resampled blocks. The standard
// error is the standard deviation of the logarithm over the resamples, times sqrt(n / (n - 1)),
// with Student's quantile. The bias of the resamples is added at its end. The interval is limited
// to the range of the resamples: if one block in six is a thousand times slower, Student's interval
// would extend far beyond anything measured. For percentiles of merged histograms this covers more
// than a percentile interval does (simulated; tests/merged_latencies.c). Coverage is 93 to 97 % if
// blocks differ by about 10 %, for the median and for the 99th percentile. If they differ by 40 %,
// the interval of the 99th percentile covers 80 to 90 %, because rare slow blocks may be missing
// from the sample. The ratio of two cells with shared blocks still covers 93 to 97 %.
struct estimate bootstrap_blocks(of_blocks *compute, const void *from, size_t n, unsigned resamples,
                                 uint64_t seed);
