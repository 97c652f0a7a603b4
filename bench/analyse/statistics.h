// Estimates with intervals from few, noisy measurements.
//
// One value is one trial; the spread between trials is all that an interval is made from. Intervals
// are 95 % percentile bootstrap intervals (Efron 1979): the sample is drawn from itself with
// replacement again and again, and the interval holds the middle of what the estimator says of
// those. For small samples that is too narrow, so it is expanded after Hesterberg ("What teachers
// should know about the bootstrap", The American Statistician 69, 2015, pp. 371-386; ExpandProbs in
// his R package `resample`): instead of 2.5 %, Phi(-t) is left out at either end, t being Student's
// 97.5 % quantile with n - 1 degrees of freedom. His further factor sqrt(n / (n - 1)) belongs to
// the mean and makes the estimators here cover 97 to 98 % at n = 7 .. 15; without it they
// cover 93.4 to 96.8 % from n = 6 to 60, whether the noise is clean or full of outliers, and on a
// machine that drifts and stalls (simulated; tests/coverage.c holds it at 93 to 97 %).
//
// The p-value of a ratio of 1 is read off the same resamples: it is the level at which an end of
// the interval, expanded in the same way, would be exactly at 1, so that p < 0.05 where the 95 %
// interval excludes 1 and not elsewhere (with 1000 resamples or more). Far out, where resamples are
// too few to tell levels apart, it is that of Student's t of the estimate and the resamples'
// standard deviation.
//
// Cost: O(n) for each resample; n = 60 with 10 000 resamples takes some 1.5 ms.
#pragma once

#include <stddef.h>
#include <stdint.h>

// With five values the whole range misses the true median in 2 * (1/2)^5 = 6 % of all samples: no
// 95 % interval exists for less than six.
enum { ESTIMATE_MIN_N = 6 };

struct estimate {
    double value; // NAN if n is 0
    double low;   // low and high are NAN if n is less than ESTIMATE_MIN_N
    double high;
    double p; // of a true ratio of 1; NAN for a median, and where there is no interval
    size_t n; // how many values, or pairs, it rests on
};

// The median of n values, in their unit, with its interval from `resamples` resamples (10 000 are
// usual; none give no interval). NANs are left out. The same arguments give the same estimate.
// Exits if memory runs out.
struct estimate bootstrap_median(const double *values, size_t n, unsigned resamples, uint64_t seed);

// The typical ratio numerator[i] / denominator[i] of n blocks: what both share, a slow moment of
// the machine, cancels within a block. It is the 20 % trimmed mean of the logarithms,
// exponentiated, which outliers in up to a fifth of the blocks hardly move (Wilcox, "Introduction
// to Robust Estimation", chapter 4), and whose interval, with 20 % of noise and 3 % of threefold
// outliers on both sides, is 5 to 12 % narrower than the median's from n = 20 on (with 15 % of
// outliers it is up to 10 % wider). Pairs with anything but two positive finite numbers are left
// out; n tells how many remain. Swapping the two inverts the estimate.
struct estimate bootstrap_ratio(const double *numerator, const double *denominator, size_t n,
                                unsigned resamples, uint64_t seed);

// Adjusts the p-values of a family of comparisons, of which NANs are no part, so that the chance of
// any adjusted value below 0.05 is at most 5 % where no difference is real, and of any wrong one
// where some are (Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
// Journal of Statistics 6, 1979, pp. 65-70).
void holm(double *p, size_t n);
// What a function says of several ratios that were measured in the same n blocks, with its
// interval: logs[row * n + block] is the logarithm of a ratio in a block, and each ratio is
// estimated as bootstrap_ratio does, from whole blocks drawn anew, so that what the ratios of a
// block share stays together. Blocks that lack a ratio (NAN) are left out. The function may say
// INFINITY: an end of the interval is then infinite if that many resamples are. Costs as much as
// `rows` ratios.
struct estimate bootstrap_of_ratios(double (*of)(const double *ratios, const void *context),
                                    const void *context, const double *logs, size_t rows, size_t n,
                                    unsigned resamples, uint64_t seed);
// What is computed from blocks, each of which was drawn so many times.
typedef double of_blocks(const uint32_t *times, const void *from);

// Anything positive that is computed from n blocks, each taken once, with its interval from drawing
// blocks: the standard deviation of the logarithm of what is computed from those, times
// sqrt(n / (n - 1)), as a standard error with Student's quantile, and, at the end that they fall
// short of, how far they do so on average; but no further than any resample went: where one block
// in six is a thousand times slower than the others, Student's reach would be far beyond anything
// that was measured. For percentiles of merged histograms this covers more
// than the middle of the resamples does (simulated; tests/pool.c): 93 to 97 % where blocks differ
// by some 10 %, the 99th percentile's as well as the median's. Where they differ by 40 %, the
// interval of the 99th percentile itself covers 80 to 90 %: slow blocks that are too rare to be in
// the sample are in no interval either. That of a ratio of two that share their blocks still covers
// 93 to 97 %.
struct estimate bootstrap_blocks(of_blocks *compute, const void *from, size_t n, unsigned resamples,
                                 uint64_t seed);
