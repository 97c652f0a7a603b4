// How much a cost differs between the values of what varies, beyond what noise alone would show.
//
// A two-way analysis of variance without interaction of log cost, over x (rows) and blocks: what
// all cells of a block share cancels, and what remains of a cell is noise. With MS_x and MS_e as
// the mean squares of rows and of the rest, the variance between the true costs is estimated as
// (MS_x - MS_e) / blocks, or 0 if that is negative.
//
// The values of x are those measured, not a sample of others: given the variance of the noise, the
// rows' sum of squares has a noncentral chi-squared distribution. That variance is not known but
// estimated, so the interval is the generalized one (Weerahandi, "Generalized Confidence
// Intervals", Journal of the American Statistical Association 88, 1993, pp. 899-905). It includes 0
// if and only if the F test at 2.5 % finds no difference, and for a large spread it is that of
// Student's t. Simulated with noise of 5 %, 2 to 8 rows and 6 to 60 blocks, it covers 94 to 98.5 %
// (tests/spread.c). A percentile interval from resampled blocks covers 75 to 98 %, because each
// resample adds noise to the rows.
#pragma once

#include "bench/analyse/statistics.h"

// The spread of rows of n values each, logs[row * n + block], in percent: exp(s) - 1, where s is
// the standard deviation between the rows. Blocks that lack a row (NAN) are ignored; the estimate's
// n is the number of the others. With fewer than two rows or blocks, n is 0.
struct estimate spread_of_rows(const double *logs, size_t rows, size_t n);
