#include "bench/analyse/pooling.h"
#include "bench/analyse/statistics.h"

#include <math.h>

static const double LEAST_SE = 1e-4; // what is known exactly has no interval: it counts as this

struct effect effect_of_interval(double ratio, double low, double high, size_t blocks)
{
    if (!(ratio > 0) || !(low > 0) || !(high >= low) || isinf(high) || blocks < 2)
        return (struct effect){NAN, NAN};
    double se = log(high / low) / 2 / student_quantile(0.05, blocks - 1);
    return (struct effect){log(ratio), pow(fmax(se, LEAST_SE), 2)};
}

static double mean(const struct effect *effects, size_t k, double tau2)
{
    double sum = 0, weights = 0;
    for (size_t i = 0; i < k; i++) {
        double weight = 1 / (effects[i].variance + tau2);
        sum += weight * effects[i].value;
        weights += weight;
    }
    return sum / weights;
}

// Cochran's Q, generalised: with the weights that tau² gives.
static double q_of(const struct effect *effects, size_t k, double tau2)
{
    double centre = mean(effects, k, tau2), q = 0;
    for (size_t i = 0; i < k; i++)
        q += pow(effects[i].value - centre, 2) / (effects[i].variance + tau2);
    return q;
}

// Paule and Mandel's: Q falls as tau² grows, so bisection finds where it is k - 1.
static double between_variance(const struct effect *effects, size_t k)
{
    const double expected = (double)k - 1;
    double low = 0, high = 1;
    if (k < 2 || q_of(effects, k, 0) <= expected)
        return 0;
    while (q_of(effects, k, high) > expected)
        high *= 2;
    for (int i = 0; i < 64; i++) {
        double middle = (low + high) / 2;
        *(q_of(effects, k, middle) > expected ? &low : &high) = middle;
    }
    return high;
}

double prediction_reach(double se, double tau2, size_t k)
{
    return k < 3 ? NAN : student_quantile(0.05, k - 2) * sqrt(tau2 + se * se);
}

struct pooled pool_effects(const struct effect *effects, size_t k)
{
    struct pooled p = {.k = k, .tau2 = between_variance(effects, k)};
    double weights = 0, q = q_of(effects, k, 0);
    for (size_t i = 0; i < k; i++)
        weights += 1 / (effects[i].variance + p.tau2);
    p.value = mean(effects, k, p.tau2);
    p.se = 1 / sqrt(weights);
    double reach = k < 2 ? NAN : student_quantile(0.05, k - 1) * p.se;
    p.low = p.value - reach;
    p.high = p.value + reach;
    p.predict_low = p.value - prediction_reach(p.se, p.tau2, k);
    p.predict_high = p.value + prediction_reach(p.se, p.tau2, k);
    p.i2 = q > 0 ? fmax(0, 1 - ((double)k - 1) / q) : 0;
    return p;
}
