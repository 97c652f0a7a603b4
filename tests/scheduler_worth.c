// What the numbers of a run are worth, under the rules by which the scheduler stops.
//
// Runs in 2 parts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/analyse/estimates.h"
#include "tests/core/made_up_run.h"

#include <stdio.h>

// Questions with a baseline, two models that cost the same, and one that costs twice as much. Their
// spread of 10 % is mostly what neighbours share, as in the recorded runs. With RUNS at 200, 95.5 %
// of the intervals hold the truth on either machine, and 4.4 % of what is the same is called
// different.
enum { QUESTIONS = 7, MODELS = 4, RUNS = 14 };
static const double own_spread = 0.04;

struct counts {
    size_t intervals, covering, same, called_different, values;
};

static void many_questions(struct run_made_up *r, double cost_s)
{
    static char names[QUESTIONS][8];
    begin_run(r);
    for (size_t q = 0; q < QUESTIONS; q++) {
        static const char *const models[] = {"base", "same", "again", "twice"};
        snprintf(names[q], sizeof names[q], "q%zu", q);
        write_conf(
            r, "experiments", names[q],
            "metric server_cpu_us_per_connection\nbaseline base\nheadline same again twice\n");
        for (size_t m = 0; m < MODELS; m++)
            r->truths[r->count++] = (struct truth){
                names[q],        models[m], "-", true, m == 3 ? 20 : 10, .spread = own_spread,
                .cost_s = cost_s};
    }
}

static void judge(const struct run_made_up *r, struct counts *counts)
{
    struct run run;
    run_read(&run, r->folder);
    for (size_t i = 0; i < r->count; i++) {
        const struct truth *t = &r->truths[i], *base = &r->truths[i - i % MODELS];
        if (t == base)
            continue;
        struct cell of = {t->experiment, t->model, t->x}, to = {t->experiment, base->model, "-"};
        struct estimate e = ratio_of(&run, &of, &to, &metrics[r->metrics[i]], RESAMPLES);
        double truth = t->value / base->value;
        counts->intervals++;
        counts->covering += e.low <= truth && truth <= e.high;
        counts->values += e.n;
        counts->same += truth == 1;
        counts->called_different += truth == 1 && (e.low > 1 || e.high < 1);
    }
    run_free(&run);
}

static void check_coverage(const char *name, double cost_s, double budget_s)
{
    struct counts counts = {0};
    double spent_s = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        static struct run_made_up r;
        many_questions(&r, cost_s);
        start(&r, &usual, budget_s, seed);
        finish(&r);
        judge(&r, &counts);
        spent_s += r.spent_s / RUNS;
        end_run(&r);
    }
    double covering = 100.0 * (double)counts.covering / (double)counts.intervals,
           different = 100.0 * (double)counts.called_different / (double)counts.same;
    print_message("%s: %zu intervals from %.1f values each, %.0f of %g s; %.1f %% hold the truth; "
                  "%.1f %% of what is the same is called different\n",
                  name, counts.intervals, (double)counts.values / (double)counts.intervals, spent_s,
                  budget_s, covering, different);
    assert_true(93 <= covering && covering <= 97);
    assert_true(different <= 6);
}

// It stops on the width of an interval, or when the time is over: neither must make it lie.
static void intervals_cover_when_targets_end_it(void **unused)
{
    (void)unused;
    check_coverage("a fast machine", 0.01, 40);
}

static void intervals_cover_when_the_budget_ends_it(void **unused)
{
    (void)unused;
    check_coverage("one ten times as slow", 0.1, 40);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_cover_when_targets_end_it),
        cmocka_unit_test(intervals_cover_when_the_budget_ends_it),
    };
    return run_made_up_tests("scheduler_worth", tests, sizeof tests / sizeof *tests, argc, argv);
}
