#include "bench/analyse/spread.h"
#include "bench/base/memory.h"

#include <math.h>
#include <stdlib.h>

struct mean_squares {
    double rows, error; // error is what neither rows nor blocks explain
};

static struct mean_squares mean_squares(const double *logs, size_t rows, size_t stride,
                                        const size_t *blocks, size_t n)
{
    struct mean_squares ms = {0, 0};
    double *row_means = memory_for(rows, sizeof *row_means),
           *block_means = memory_for(n, sizeof *block_means), mean = 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < n; i++) {
            double value = logs[row * stride + blocks[i]];
            row_means[row] += value / (double)n;
            block_means[i] += value / (double)rows;
            mean += value / (double)(rows * n);
        }
    for (size_t row = 0; row < rows; row++) {
        ms.rows += (double)n * pow(row_means[row] - mean, 2) / (double)(rows - 1);
        for (size_t i = 0; i < n; i++)
            ms.error +=
                pow(logs[row * stride + blocks[i]] - row_means[row] - block_means[i] + mean, 2) /
                (double)((rows - 1) * (n - 1));
    }
    free(row_means);
    free(block_means);
    return ms;
}

// x^a (1 - x)^b / (a B(a, b)).
static double beta_term(double x, double a, double b)
{
    return exp(lgamma(a + b) - lgamma(a + 1) - lgamma(b) + a * log(x) + b * log1p(-x));
}

// The regularized incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22) and
// Lentz's method.
static double incomplete_beta(double x, double a, double b)
{
    if (x > (a + 1) / (a + b + 2)) // where the fraction converges slowly
        return 1 - incomplete_beta(1 - x, b, a);
    double d = 1 / (1 - (a + b) * x / (a + 1)), c = 1, fraction = d, change = 0;
    for (int m = 1; m < 10000 && fabs(change - 1) > 1e-14; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
               odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        fraction *= d * c;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        change = d * c;
        fraction *= change;
    }
    return beta_term(x, a, b) * fraction;
}

// The generalized p-value of a spread: the probability that the rows' sum of squares is at most the
// one found, where the variance of the noise is distributed as its sum of squares over chi-squared.
// `found` and `true_sum` are the rows' sums of squares, found and without noise, divided by that of
// the noise; `rows` and `error` are degrees of freedom. Averaged over that variance, the Poisson
// weights of the noncentral chi-squared distribution become negative binomial ones, and its terms
// become I_y(rows / 2 + i, error / 2 + i), which have a recurrence (DLMF 8.17.20 and 8.17.21).
// Weights beyond nine standard deviations do not count.
static double at_most_found(double found, double true_sum, double rows, double error)
{
    double shape = error / 2, mean = shape * true_sum, reach = 9 * sqrt(mean * (1 + true_sum)) + 30,
           from = floor(fmax(0, mean - reach)), y = found / (1 + true_sum + found);
    double a = rows / 2 + from, b = shape + from, beta = incomplete_beta(y, a, b),
           term = beta_term(y, a, b), sum = 0;
    double weight =
        exp(lgamma(shape + from) - lgamma(shape) - lgamma(from + 1) - shape * log1p(true_sum) +
            (from > 0 ? from * log(true_sum / (1 + true_sum)) : 0));
    for (double i = from; i <= mean + reach; i++, a++, b++) {
        sum += weight * beta;
        weight *= true_sum / (1 + true_sum) * (shape + i) / (i + 1);
        beta += term * (y * (a + b) / b - 1);
        term *= y * (1 - y) * (a + b) * (a + b + 1) / ((a + 1) * b);
    }
    return sum;
}

// The true sum at which this probability, which falls with it, is p; 0 if it is lower already.
static double true_sum_at(double p, double found, double rows, double error)
{
    double low = 0, high = 1;
    while (at_most_found(found, high, rows, error) > p)
        high *= 2;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        *(at_most_found(found, middle, rows, error) > p ? &low : &high) = middle;
    }
    return low;
}

static double in_percent(double variance)
{
    return 100 * expm1(sqrt(fmax(0, variance)));
}

// Noise below a hundredth of the spread counts as that much: rounding is none, and the sums would
// be long.
static void set_interval(struct estimate *e, const struct mean_squares *ms, double rows, double n)
{
    double error_freedom = rows * (n - 1), error = fmax(ms->error, ms->rows / 1e4);
    // Less than the noise is chance, and would make the interval too narrow.
    double found = fmax(ms->rows, error) / (error * (n - 1)), unit = error * (n - 1) / n;
    if (!(error > 0)) {
        e->low = e->high = 0;
        return;
    }
    e->low = in_percent(unit * true_sum_at(0.975, found, rows, error_freedom));
    e->high = in_percent(unit * true_sum_at(0.025, found, rows, error_freedom));
}

struct estimate spread_of_rows(const double *logs, size_t rows, size_t n)
{
    size_t *blocks = memory_for(n, sizeof *blocks), kept = complete_blocks(logs, rows, n, blocks);
    struct estimate e = no_estimate;
    if (rows >= 2 && kept >= 2) {
        e.n = kept;
        struct mean_squares ms = mean_squares(logs, rows, n, blocks, kept);
        e.value = in_percent((ms.rows - ms.error) / (double)kept);
        if (kept >= ESTIMATE_MIN_N)
            set_interval(&e, &ms, (double)(rows - 1), (double)kept);
    }
    free(blocks);
    return e;
}
