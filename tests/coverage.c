// How often the intervals hold the truth, on a machine that is simulated as the suite measures one:
// trials follow each other on one time line, in the order in which a run would plan them, and share
// what the machine does meanwhile. Its speed wanders within seconds (AR(1)) and drifts over the
// run; now and then it stalls for a few trials. To that each trial adds noise of its own, and
// outliers. The seeds are fixed, so that a pass or a failure is one for good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analyse/statistics.h"
#include "bench/base/random.h"
#include "bench/measure/plan/order.h"
#include "tests/core/deep.h"

// The standard error of a coverage of 95 % is 1.0 %, in the deep test 0.7 %.
enum { USUAL = 500, DEEP = 1000 };
#define SIMULATIONS simulations(USUAL, DEEP)
enum { RESAMPLES = 1000 };

// As many trials in a block as a usual run has: three questions, each with two headline models and
// their baseline among its cells.
enum { QUESTIONS = 3, CELLS = 15, ALL_CELLS = QUESTIONS * CELLS, HEADLINE = 3, MAX_BLOCKS = 60 };
enum { BASELINE = 0, MODEL = 1 };

// Standard deviations are of the logarithm.
struct habits {
    const char *name;
    double wander;          // of what lasts for seconds
    double slope, roaming;  // of the drift a trial: straight on, and at random
    double stalls;          // how likely one begins in a trial
    double noise, outliers; // of a trial alone; how likely it is slowed down
};

static const struct habits usual = {"usual", 0.09, 4e-4, 1.5e-3, 0.004, 0.06, 0.03},
                           steady = {"steady", 0.09, 0, 0, 0.004, 0.06, 0.03},
                           rough = {"rough", 0.2, 1e-3, 5e-3, 0.02, 0.1, 0.1};
static const double wander_kept = 0.93; // from one trial to the next

struct machine {
    const struct habits *habits;
    unsigned short state[3];
    double wander, drift, slope, stall;
    unsigned stalled; // trials still to come
};

static double gaussian(unsigned short state[3])
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

static struct machine started(const struct habits *habits, uint64_t seed)
{
    struct machine m = {.habits = habits};
    random_state(m.state, 7, seed);
    m.wander = habits->wander * gaussian(m.state);
    m.slope = habits->slope * gaussian(m.state);
    return m;
}

// What the next trial makes of a true cost of 1.
static double trial(struct machine *m)
{
    const struct habits *h = m->habits;
    m->wander = wander_kept * m->wander +
                h->wander * sqrt(1 - wander_kept * wander_kept) * gaussian(m->state);
    m->drift += m->slope + h->roaming * gaussian(m->state);
    if (m->stalled) {
        m->stalled--;
    } else if (erand48(m->state) < h->stalls) {
        m->stalled = 1 + (unsigned)(8 * erand48(m->state));
        m->stall = log(1.3 + erand48(m->state));
    }
    double own = h->noise * gaussian(m->state);
    if (erand48(m->state) < h->outliers)
        own += log(1.2 + erand48(m->state));
    return exp(m->wander + m->drift + (m->stalled ? m->stall : 0) + own);
}

static double values[ALL_CELLS][MAX_BLOCKS];

// A run, every cell of which costs 1: in the order of a plan, or, as a comparison, with all cells
// of a block in one shuffle.
static void measure(const struct habits *habits, bool planned, uint64_t seed, size_t blocks)
{
    struct machine machine = started(habits, seed);
    struct place places[ALL_CELLS];
    size_t order[ALL_CELLS];
    bool all[ALL_CELLS];
    memset(all, true, sizeof all);
    for (size_t i = 0; i < ALL_CELLS; i++)
        places[i] = (struct place){i / CELLS * CELLS, i / CELLS * CELLS, i % CELLS < HEADLINE};
    for (size_t block = 0; block < blocks; block++) {
        unsigned short state[3];
        random_state(state, seed, block);
        for (size_t i = 0; i < ALL_CELLS; i++)
            order[i] = i;
        if (planned)
            assert_int_equal(block_order(places, ALL_CELLS, all, seed, block + 1, order),
                             ALL_CELLS);
        else
            shuffle(order, ALL_CELLS, state);
        for (size_t i = 0; i < ALL_CELLS; i++)
            values[order[i]][block] = trial(&machine);
    }
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median_of(double *sample, size_t n)
{
    qsort(sample, n, sizeof *sample, compare);
    return sample[n / 2];
}

struct outcome {
    double covered, covered_90, width; // in percent; mean of the logarithm of high / low
};

static void add(struct outcome *outcome, const struct estimate *e, double truth)
{
    outcome->covered += 100.0 * (e->low <= truth && truth <= e->high) / (double)SIMULATIONS;
    outcome->covered_90 +=
        100.0 * (e->low_90 <= truth && truth <= e->high_90) / (double)SIMULATIONS;
    outcome->width += log(e->high / e->low) / (double)SIMULATIONS;
}

static struct outcome ratios(const struct habits *habits, bool planned, size_t blocks)
{
    struct outcome outcome = {0};
    for (uint64_t s = 0; s < SIMULATIONS; s++) {
        measure(habits, planned, s, blocks);
        struct estimate e = bootstrap_ratio(values[MODEL], values[BASELINE], blocks, RESAMPLES, s);
        add(&outcome, &e, 1);
    }
    return outcome;
}

static const size_t sizes[] = {6, 12, 25, 60};
enum { SIZES = sizeof sizes / sizeof *sizes };

// Two trials that follow each other, and two that are half a minute apart, differ by so much in the
// run that is kept in results/reference (the median of what is left beside the median of the cell).
static void the_simulation_is_like_the_machine(void **unused)
{
    (void)unused;
    enum { PAIRS = 10000, HALF_A_MINUTE = 150 };
    static double next[PAIRS], later[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        struct machine machine = started(&usual, i);
        double first = trial(&machine);
        next[i] = fabs(log(trial(&machine) / first));
        for (size_t skipped = 2; skipped < HALF_A_MINUTE; skipped++)
            trial(&machine);
        later[i] = fabs(log(trial(&machine) / first));
    }
    double near = median_of(next, PAIRS), far = median_of(later, PAIRS);
    print_message("neighbours differ by %.1f %%, half a minute apart by %.1f %%\n", 100 * near,
                  100 * far);
    assert_true(0.055 < near && near < 0.075);
    assert_true(0.095 < far && far < 0.125);
}

static void intervals_of_ratios_cover(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < SIZES; i++) {
        struct outcome at_usual = ratios(&usual, true, sizes[i]),
                       at_rough = ratios(&rough, true, sizes[i]);
        print_message("%2zu blocks: the interval of a ratio covers %.1f %%, on a rough machine "
                      "%.1f %%; the 90 %% one %.1f %% and %.1f %%; width %.3f and %.3f\n",
                      sizes[i], at_usual.covered, at_rough.covered, at_usual.covered_90,
                      at_rough.covered_90, at_usual.width, at_rough.width);
        assert_true(is_near(at_usual.covered, 95, 2, USUAL, DEEP));
        assert_true(is_near(at_rough.covered, 95, 2, USUAL, DEEP));
        assert_true(is_near(at_usual.covered_90, 90, 3, USUAL, DEEP));
        assert_true(is_near(at_rough.covered_90, 90, 3, USUAL, DEEP));
    }
}

static void neighbours_make_it_narrower(void **unused)
{
    (void)unused;
    struct outcome planned = ratios(&usual, true, 25), shuffled = ratios(&usual, false, 25);
    print_message("25 blocks: width %.3f as planned, %.3f in one shuffle, which covers %.1f %%\n",
                  planned.width, shuffled.width, shuffled.covered);
    assert_true(planned.width < 0.85 * shuffled.width);
    assert_true(is_near(shuffled.covered, 95, 2, USUAL, DEEP));
}

// Of a machine that does not drift, the interval holds what it costs at any time. Of one that does,
// only what it cost during this run: that it holds more often than it must, for the blocks are
// spread evenly over it.
static void intervals_of_medians_cover(void **unused)
{
    (void)unused;
    enum { DRAWS = 100000 };
    static double draws[DRAWS];
    for (size_t i = 0; i < DRAWS; i++) {
        struct machine machine = started(&steady, i);
        for (size_t skipped = 0; skipped < 10; skipped++) // a stall may have begun
            trial(&machine);
        draws[i] = trial(&machine);
    }
    double always = median_of(draws, DRAWS);
    for (size_t i = 0; i < SIZES; i++) {
        struct outcome at_steady = {0}, at_usual = {0};
        for (uint64_t s = 0; s < SIMULATIONS; s++) {
            static double all[ALL_CELLS * MAX_BLOCKS];
            size_t n = 0;
            measure(&steady, true, s, sizes[i]);
            struct estimate e = bootstrap_median(values[MODEL], sizes[i], RESAMPLES, s);
            add(&at_steady, &e, always);
            measure(&usual, true, s, sizes[i]);
            e = bootstrap_median(values[MODEL], sizes[i], RESAMPLES, s);
            for (size_t cell = 0; cell < ALL_CELLS; cell++) // all cost the same
                for (size_t block = 0; block < sizes[i]; block++)
                    all[n++] = values[cell][block];
            add(&at_usual, &e, median_of(all, n));
        }
        print_message("%2zu blocks: the interval of a median covers %.1f %%, the 90 %% one %.1f "
                      "%%; of the run's own, with drift, %.1f %%\n",
                      sizes[i], at_steady.covered, at_steady.covered_90, at_usual.covered);
        assert_true(is_near(at_steady.covered, 95, 2, USUAL, DEEP));
        // of six values, it can only begin at a few
        assert_true(is_near(at_steady.covered_90, 90.5, 3.5, USUAL, DEEP));
        assert_true(93 <= at_usual.covered);
    }
}

// There is no difference here. So of families of fourteen comparisons with one baseline, no more
// than 5 % may claim one; without Holm's adjustment many do.
static void families_rarely_raise_a_false_alarm(void **unused)
{
    (void)unused;
    const size_t families = simulations(200, 400);
    for (size_t i = 0; i < SIZES; i++) {
        size_t alarms = 0, unadjusted = 0, single = 0;
        for (uint64_t s = 0; s < families; s++) {
            double p[CELLS - 1], least = 1;
            measure(&usual, true, s, sizes[i]);
            for (size_t cell = 1; cell < CELLS; cell++) {
                p[cell - 1] =
                    bootstrap_ratio(values[cell], values[BASELINE], sizes[i], RESAMPLES, s).p;
                least = fmin(least, p[cell - 1]);
                single += p[cell - 1] < 0.05;
            }
            unadjusted += least < 0.05;
            holm(p, CELLS - 1);
            least = 1;
            for (size_t cell = 1; cell < CELLS; cell++)
                least = fmin(least, p[cell - 1]);
            alarms += least < 0.05;
        }
        double share = 100.0 * (double)alarms / (double)families,
               bare = 100.0 * (double)unadjusted / (double)families,
               one = 100.0 * (double)single / (double)families / (CELLS - 1);
        print_message("%2zu blocks: a false alarm in %.1f %% of comparisons, %.1f %% of families, "
                      "%.1f %% after Holm\n",
                      sizes[i], one, bare, share);
        assert_true(3 <= one && one <= 7);
        assert_true(share <= 5 + 200 * sqrt(0.05 * 0.95 / (double)families)); // two standard errors
        assert_true(bare > 3 * share);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_simulation_is_like_the_machine),
        cmocka_unit_test(intervals_of_ratios_cover),
        cmocka_unit_test(neighbours_make_it_narrower),
        cmocka_unit_test(intervals_of_medians_cover),
        cmocka_unit_test(families_rarely_raise_a_false_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
