// The three verdicts against numbers computed by hand, and how often they are wrong in simulations.
// The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench/analyse/verdict.h"
#include "bench/base/random.h"
#include "tests/core/deep.h"

// An estimate with intervals that are symmetric in logarithms, of 10 blocks.
static struct estimate around(double log_value, double half_95, double half_90)
{
    return (struct estimate){.value = exp(log_value),
                             .low = exp(log_value - half_95),
                             .high = exp(log_value + half_95),
                             .low_90 = exp(log_value - half_90),
                             .high_90 = exp(log_value + half_90),
                             .p = NAN,
                             .n = 10};
}

static void judges(double log_value, double half_95, double half_90, double p,
                   enum difference wanted)
{
    struct estimate e = around(log_value, half_95, half_90);
    enum difference is = difference_judge(&e, p);
    if (is != wanted)
        fail_msg("%g with %g and %g, p = %g: %s", log_value, half_95, half_90, p,
                 difference_words[is]);
}

// log(1.1) = 0.0953.
static void judges_known_intervals(void **unused)
{
    (void)unused;
    judges(0.2, 0.1, 0.08, NAN, DIFFERENT);
    judges(-0.2, 0.1, 0.08, NAN, DIFFERENT);
    judges(0.2, 0.3, 0.25, NAN, UNDECIDED_DIFFERENCE);
    judges(0, 0.1, 0.0952, NAN, ABOUT_THE_SAME); // the 95 % interval may be wider
    judges(0, 0.1, 0.0954, NAN, UNDECIDED_DIFFERENCE);
    judges(0.05, 0.06, 0.045, NAN, ABOUT_THE_SAME);
    judges(0.05, 0.06, 0.046, NAN, UNDECIDED_DIFFERENCE);
    judges(-0.05, 0.06, 0.045, NAN, ABOUT_THE_SAME);
    judges(-0.05, 0.06, 0.046, NAN, UNDECIDED_DIFFERENCE);
    judges(0.05, 0.04, 0.03, NAN, DIFFERENT); // by little, but different
}

static void a_family_may_take_a_difference_away(void **unused)
{
    (void)unused;
    judges(0.2, 0.1, 0.08, 0.049, DIFFERENT);
    judges(0.2, 0.1, 0.08, 0.05, UNDECIDED_DIFFERENCE);
    judges(0.05, 0.04, 0.03, 0.05, ABOUT_THE_SAME);
    judges(0.2, 0.3, 0.25, 0.01, UNDECIDED_DIFFERENCE);
}

static void no_interval_has_no_verdict(void **unused)
{
    (void)unused;
    assert_int_equal(difference_judge(&no_estimate, NAN), NO_INTERVAL);
    struct estimate value_only = no_estimate;
    value_only.value = 2;
    value_only.n = 5;
    assert_int_equal(difference_judge(&value_only, 0.01), NO_INTERVAL);
    assert_int_equal(blocks_needed(&value_only, 1, 1), 0);
}

static void needs(size_t wanted, double log_value, double half_95, double half_90, double bound,
                  size_t comparisons)
{
    struct estimate e = around(log_value, half_95, half_90);
    assert_int_equal(blocks_needed(&e, bound, comparisons), wanted);
}

static void blocks_of_known_intervals(void **unused)
{
    (void)unused;
    needs(30, 0.2, 0.3, 0.25, 1, 1);            // 13 * (0.3 / 0.2)^2 = 29.25
    needs(30, -0.2, 0.3, 0.25, 1, 1);           // the same the other way round
    needs(80, 0.2, 0.3, 0.25, 1, 40);           // 29.25 * (3.227218 / 1.959964)^2 = 79.3
    needs(41, 0.05, 0.1, 0.08, 1, 1);           // 13 * (0.08 / (0.09531 - 0.05))^2 = 40.5, below 52
    needs(41, 0.05, 0.1, 0.08, 1, 40);          // being the same is no family's matter
    needs(21, 0, 0.15, 0.12, 1, 1);             // 13 * (0.12 / 0.09531)^2 = 20.6
    needs(15, 0.2, 0.3, 0.25, 0.92, 1);         // 13 * (0.3 / (0.2 + 0.08338))^2 = 14.6
    needs(13, 0.2, 0.1, 0.08, 1, 1);            // the interval is narrow enough, but for chance
    needs(0, 0.2, 0.3, 0.25, exp(0.2), 1);      // on the bound
    needs(298, 0.2, 0.2 * sqrt(22.9), 2, 1, 1); // 297.7
    needs(0, 0.2, 0.2 * sqrt(23.1), 2, 1, 1);   // 300.3 are too many
}

static void unknown_ends_need_unknown_blocks(void **unused)
{
    (void)unused;
    struct estimate e = around(0.2, 0.3, 0.25);
    e.high = INFINITY;
    assert_int_equal(blocks_needed(&e, 1, 1), 0);
    e = around(0.2, 0.3, 0.25);
    e.low = -0.1; // a share of a difference
    assert_int_equal(blocks_needed(&e, 1, 1), 0);
}

// ---- errors in simulations ----

#define SIMULATIONS simulations(2000, 4000)
enum { RESAMPLES = 1000, MOST = 30 };

static double gaussian(unsigned short state[3])
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

// Trials differ by 5 %; 3 % of them are slowed down by half.
static double noise(unsigned short state[3])
{
    double factor = exp(0.05 * gaussian(state));
    return erand48(state) < 0.03 ? 1.5 * factor : factor;
}

struct shares { // in percent
    double of[4];
    double equivalent; // whatever else is shown
};

static struct shares verdicts(double truth, size_t n)
{
    unsigned short state[3];
    struct shares shares = {0};
    random_state(state, 10, n);
    for (uint64_t s = 0; s < SIMULATIONS; s++) {
        double numerator[MOST], denominator[MOST];
        for (size_t i = 0; i < n; i++) {
            double block = exp(0.3 * gaussian(state)); // what a pair shares
            numerator[i] = truth * block * noise(state);
            denominator[i] = block * noise(state);
        }
        struct estimate e = bootstrap_ratio(numerator, denominator, n, RESAMPLES, s);
        shares.of[difference_judge(&e, NAN)] += 100.0 / (double)SIMULATIONS;
        shares.equivalent += is_about_the_same(&e) * 100.0 / (double)SIMULATIONS;
    }
    return shares;
}

static void verdicts_are_rarely_wrong(void **unused)
{
    (void)unused;
    // Twice the standard error of a share of 5 % in so many simulations.
    const double two_errors = 200 * sqrt(0.05 * 0.95 / (double)SIMULATIONS);
    const size_t sizes[] = {8, 12, 30};
    for (size_t i = 0; i < 3; i++) {
        struct shares above = verdicts(1 + SAME_WITHIN, sizes[i]),
                      below = verdicts(1 / (1 + SAME_WITHIN), sizes[i]),
                      equal = verdicts(1, sizes[i]);
        print_message("%2zu blocks: inside the margin at a ratio of 1.1 %.1f %%, of 1/1.1 %.1f "
                      "%%; at 1 different %.1f %%, same %.1f %%, undecided %.1f %%\n",
                      sizes[i], above.equivalent, below.equivalent, equal.of[DIFFERENT],
                      equal.of[ABOUT_THE_SAME], equal.of[UNDECIDED_DIFFERENCE]);
        assert_true(above.equivalent <= 5 + two_errors);
        assert_true(below.equivalent <= 5 + two_errors);
        assert_true(above.of[ABOUT_THE_SAME] <= above.equivalent);
        assert_true(equal.of[DIFFERENT] <= 5 + two_errors);
        assert_true(equal.of[ABOUT_THE_SAME] > 50); // so little noise that it can be shown
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_known_intervals),
        cmocka_unit_test(a_family_may_take_a_difference_away),
        cmocka_unit_test(no_interval_has_no_verdict),
        cmocka_unit_test(blocks_of_known_intervals),
        cmocka_unit_test(unknown_ends_need_unknown_blocks),
        cmocka_unit_test(verdicts_are_rarely_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
