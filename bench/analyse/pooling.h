// Estimates from several machines, pooled: the random-effects model of meta-analysis.
//
// Each machine has a true log ratio of its own, drawn from a normal distribution whose mean and
// variance tau² are estimated. tau² is that of Paule and Mandel ("Consensus values and weighting
// factors", Journal of Research of the National Bureau of Standards 87, 1982, pp. 377-385): the
// tau² with which the weighted sum of squares is what one expects, k - 1. Of the estimators
// compared by Veroniki et al. (Research Synthesis Methods 7, 2016, pp. 55-79) it is one of the two
// recommended ones.
//
// The interval of the mean is that of Hartung and Knapp (Statistics in Medicine 20, 2001, pp.
// 3875-3889), with Student's quantile for k - 1 degrees of freedom. Its variance has the factor
// Q(tau²) / (k - 1), which Paule and Mandel make 1. Only where tau² is 0 it is below 1; there it
// counts as 1, as Röver, Knapp and Friede recommend for few studies (BMC Medical Research
// Methodology 15:99, 2015).
//
// The prediction interval holds the true ratio of a new machine (Higgins, Thompson and
// Spiegelhalter, "A re-evaluation of random-effects meta-analysis", Journal of the Royal
// Statistical Society A 172, 2009, pp. 137-159): mean ± t(k - 2) sqrt(tau² + se²). With three
// machines t is 12.7: three machines predict little, and the interval says so.
//
// tests/pooling.c compares them with published examples, and simulates what they cover.
#pragma once

#include <stddef.h>

// With fewer machines there is no pooled number: they are shown side by side.
enum { POOLING_MIN_MACHINES = 3 };

struct effect {
    double value;    // a log ratio
    double variance; // of its estimate, above 0
};

// The effect that a 95 % interval of a ratio describes: from `blocks` blocks, with Student's
// quantile, as statistics.h expands it. What is known exactly counts as known to 0.01 %. The value
// is NAN if there is no such log ratio: a number is missing or not above 0, or too few blocks.
struct effect effect_of_interval(double ratio, double low, double high, size_t blocks);

struct pooled {
    size_t k;                         // effects
    double value, se;                 // the mean; NAN if k is 0
    double low, high;                 // its 95 % interval; NAN if k < 2
    double predict_low, predict_high; // 95 % prediction interval; NAN if k < 3
    double tau2;                      // between-machine variance
    double i2; // Higgins and Thompson's I²: the share of the variance that is between machines
};

// All effects must have a value.
struct pooled pool_effects(const struct effect *effects, size_t k);

// Half the width of the prediction interval.
double prediction_reach(double se, double tau2, size_t k);
