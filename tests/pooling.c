// Pooled estimates against published meta-analyses, and their intervals against simulated truth.
// The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "bench/analyse/pooling.h"
#include "bench/analyse/statistics.h"
#include "bench/base/random.h"

enum { MOST = 20 };

static const double Z = 1.959964; // the normal distribution's 97.5 % quantile

static void is_near(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        fail_msg("%g instead of %g (within %g)", value, expected, within);
}

// ---- published results --------------------------------------------------------------------------

struct study {
    double value, low, high; // a 95 % interval of the normal distribution
};

static struct pooled pool_studies(const struct study *studies, size_t k)
{
    struct effect effects[MOST];
    for (size_t i = 0; i < k; i++)
        effects[i] =
            (struct effect){studies[i].value, pow((studies[i].high - studies[i].low) / 2 / Z, 2)};
    return pool_effects(effects, k);
}

// Three data sets that the documentation of the R package metafun (README.md, three versions)
// analyses with Paule and Mandel's estimator and Hartung and Knapp's interval, by the package meta.
static const struct study first[] = {{0.7394, 0.6596, 0.8192}, {0.7067, 0.6084, 0.8049},
                                     {0.6469, 0.5552, 0.7386}, {0.7565, 0.6917, 0.8212},
                                     {0.5745, 0.4776, 0.6715}, {0.8304, 0.5170, 1.1437},
                                     {0.7431, 0.6656, 0.8206}, {0.4979, 0.4180, 0.5778},
                                     {0.7833, 0.6744, 0.8921}, {0.7719, 0.6221, 0.9217}};
static const struct study second[] = {{0.7086, 0.6281, 0.7890}, {0.6623, 0.4035, 0.9211},
                                      {0.6824, 0.5926, 0.7723}, {0.7896, 0.6248, 0.9543},
                                      {0.6813, 0.5958, 0.7669}, {0.4432, 0.2510, 0.6355},
                                      {0.6070, 0.4834, 0.7306}, {0.8226, 0.7501, 0.8951},
                                      {0.4994, 0.2796, 0.7191}, {0.5657, 0.3702, 0.7613}};
static const struct study alike[] = {{0.7701, 0.7050, 0.8351}, {0.7113, 0.6096, 0.8131},
                                     {1.0232, 0.5977, 1.4486}, {0.7125, 0.6418, 0.7831},
                                     {0.7555, 0.6026, 0.9084}, {0.2937, -0.1842, 0.7716},
                                     {0.6577, 0.5058, 0.8096}, {0.7233, 0.5962, 0.8503},
                                     {0.7326, 0.6168, 0.8484}, {0.7011, 0.6304, 0.7719}};

static void paule_mandel_and_hartung_knapp(void **unused)
{
    (void)unused;
    struct pooled p = pool_studies(first, 10);
    is_near(p.value, 0.6928, 1e-4);
    is_near(p.low, 0.6210, 1e-4);
    is_near(p.high, 0.7645, 1e-4);
    is_near(p.tau2, 0.0071, 1e-4);
    is_near(p.i2, 0.779, 5e-4);
    p = pool_studies(second, 10);
    is_near(p.value, 0.6677, 1e-4);
    is_near(p.low, 0.5863, 1e-4);
    is_near(p.high, 0.7492, 1e-4);
    is_near(p.tau2, 0.0078, 1e-4);
    is_near(p.i2, 0.662, 5e-4);
}

// Published with Hartung and Knapp's factor, Q / 9 = 8.41 / 9: here it counts as 1.
static void studies_that_hardly_differ(void **unused)
{
    (void)unused;
    struct pooled p = pool_studies(alike, 10);
    is_near(p.value, 0.7257, 1e-4);
    is_near((p.high - p.low) / 2, (0.7616 - 0.6898) / 2 / sqrt(8.41 / 9), 1e-4);
    assert_true(p.tau2 == 0);
    assert_true(p.i2 == 0);
}

// The 13 trials of BCG vaccine (Colditz et al. 1994; dat.bcg of metafor): cases and others, of the
// vaccinated and of those who were not. metafor's documentation of their log odds ratios: Q =
// 163.1649 with 12 degrees of freedom; DerSimonian and Laird's mean is -0.7474.
static void heterogeneity_of_the_bcg_trials(void **unused)
{
    (void)unused;
    static const double counts[13][4] = {
        {4, 119, 11, 128},       {6, 300, 29, 274},        {3, 228, 11, 209},
        {62, 13536, 248, 12619}, {33, 5036, 47, 5761},     {180, 1361, 372, 1079},
        {8, 2537, 10, 619},      {505, 87886, 499, 87892}, {29, 7470, 45, 7232},
        {17, 1699, 65, 1600},    {186, 50448, 141, 27197}, {5, 2493, 3, 2338},
        {27, 16886, 29, 17825}};
    struct effect effects[13];
    for (size_t i = 0; i < 13; i++) {
        const double *c = counts[i];
        effects[i] = (struct effect){log(c[0] * c[3] / c[1] / c[2]),
                                     1 / c[0] + 1 / c[1] + 1 / c[2] + 1 / c[3]};
    }
    struct pooled p = pool_effects(effects, 13);
    is_near(p.i2, 1 - 12 / 163.1649, 1e-6);
    is_near(p.value, -0.7474, 0.003); // another tau²
    // The definition: with this tau², the weighted sum of squares is k - 1.
    double q = 0;
    for (size_t i = 0; i < 13; i++)
        q += pow(effects[i].value - p.value, 2) / (effects[i].variance + p.tau2);
    is_near(q, 12, 1e-9);
}

// Riley et al. (BMJ 342:d549, 2011), 10 trials, as the documentation of the R package pimeta has
// them: mean -0.3340597, tau² 0.02824971, 95 % interval from -0.5068 to -0.1613 with 9 degrees of
// freedom, prediction interval from -0.7597777 to 0.09165839 with 8.
static void prediction_interval(void **unused)
{
    (void)unused;
    double se = (0.5068 - 0.1613) / 2 / student_quantile(0.05, 9);
    is_near(prediction_reach(se, 0.02824971, 10), (0.7597777 + 0.09165839) / 2, 2e-4);
    assert_true(isnan(prediction_reach(se, 0.02824971, 2)));
}

static void few_machines(void **unused)
{
    (void)unused;
    const struct effect effects[] = {{1, 0.01}, {2, 0.01}, {3, 0.01}};
    assert_true(isnan(pool_effects(effects, 0).value));
    struct pooled one = pool_effects(effects, 1);
    is_near(one.value, 1, 1e-12);
    is_near(one.se, 0.1, 1e-12);
    assert_true(isnan(one.low) && isnan(one.predict_low));
    struct pooled two = pool_effects(effects, 2);
    is_near(two.value, 1.5, 1e-12);
    assert_true(two.low < 1 && isnan(two.predict_low));
    struct pooled three = pool_effects(effects, 3);
    is_near(three.tau2, 0.99, 1e-9); // their variance is 1, and 0.01 of it is within
    is_near(three.high - three.value, 4.3027 * sqrt(1.0 / 3), 1e-4);
    is_near(three.predict_high - three.value, 12.7062 * sqrt(0.99 + 1.0 / 3), 1e-3);
}

static void effects_of_intervals(void **unused)
{
    (void)unused;
    struct effect e = effect_of_interval(2, 2 / 1.1, 2 * 1.1, 10);
    is_near(e.value, log(2), 1e-12);
    is_near(sqrt(e.variance), log(1.1) / 2.2622, 1e-6);
    is_near(effect_of_interval(26, 26, 26, 8).variance, 1e-8, 1e-15);
    assert_true(isnan(effect_of_interval(0, 0, 0, 8).value));
    assert_true(isnan(effect_of_interval(0.01, 0, 0.02, 8).value));
    assert_true(isnan(effect_of_interval(2, NAN, NAN, 3).value));
    assert_true(isnan(effect_of_interval(NAN, NAN, NAN, 0).value));
}

// ---- simulated truth ----------------------------------------------------------------------------

static double normal(unsigned short random[3])
{
    double u = 1 - erand48(random); // Box and Muller
    return sqrt(-2 * log(u)) * cos(2 * M_PI * erand48(random));
}

// A machine as its report has it: the interval comes from the spread of its blocks.
static struct effect machine(double truth, size_t blocks, double se, unsigned short random[3])
{
    double squares = 0;
    for (size_t i = 1; i < blocks; i++)
        squares += pow(normal(random), 2);
    double value = truth + se * normal(random);
    double reach = student_quantile(0.05, blocks - 1) * se * sqrt(squares / (double)(blocks - 1));
    return effect_of_interval(exp(value), exp(value - reach), exp(value + reach), blocks);
}

struct covered {
    double mean, next; // shares of the runs whose intervals hold the mean, and a new machine
};

static struct covered simulate(size_t k, double tau)
{
    enum { RUNS = 2000 };
    struct covered covered = {0, 0};
    unsigned short random[3];
    random_state(random, k, (uint64_t)(1000 * tau));
    for (size_t run = 0; run < RUNS; run++) {
        struct effect effects[MOST];
        for (size_t i = 0; i < k; i++)
            effects[i] =
                machine(1 + tau * normal(random), 8 + i % 3 * 6, 0.02 + 0.02 * (i % 4), random);
        struct pooled p = pool_effects(effects, k);
        double next = 1 + tau * normal(random);
        covered.mean += p.low <= 1 && 1 <= p.high;
        covered.next += p.predict_low <= next && next <= p.predict_high;
    }
    return (struct covered){covered.mean / RUNS, covered.next / RUNS};
}

// Machines differ as fork / epoll does between three that are known (tau about 1), less (0.1), or
// not at all. Where they differ no more than their intervals are wide, both intervals cover more
// than 95 %, and so does the prediction from 3 or 5 machines.
static void coverage(void **unused)
{
    (void)unused;
    static const size_t machines[] = {3, 5, 20};
    static const double taus[] = {1, 0.1, 0};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            struct covered c = simulate(machines[i], taus[j]);
            print_message(
                "%2zu machines, tau %.1f: the mean in %.1f %%, a new machine in %.1f %%\n",
                machines[i], taus[j], 100 * c.mean, 100 * c.next);
            assert_true(c.mean > 0.935 && (c.mean < 0.965 || taus[j] < 1));
            assert_true(c.next > 0.92 && (c.next < 0.965 || taus[j] < 1 || machines[i] < 20));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paule_mandel_and_hartung_knapp),
        cmocka_unit_test(studies_that_hardly_differ),
        cmocka_unit_test(heterogeneity_of_the_bcg_trials),
        cmocka_unit_test(prediction_interval),
        cmocka_unit_test(few_machines),
        cmocka_unit_test(effects_of_intervals),
        cmocka_unit_test(coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
