// Which cells a run measures next, and when it ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "tests/core/made_up_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the first blocks -------------------------------------------------------------------------

static bool all_have(const struct run_made_up *r, size_t values)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->measured[i] < values)
            return false;
    return true;
}

static void the_most_important_is_looked_at_first(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 1);
    write_conf(&r, "experiments", "first",
               "priority 7\nmetric server_cpu_us_per_connection\nbaseline base\nheadline head\n");
    start(&r, &still, 1000, 1);
    assert_int_equal(r.measured[FIRST_BASE] + r.measured[FIRST_HEAD], 0);
    assert_int_equal(r.measured[SECOND_BASE] + r.measured[SECOND_HEAD], 2);
    assert_true(choose(&r));
    measure(&r);
    assert_true(all_have(&r, 1));
    end_run(&r);
}

static void three_values_in_no_time(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 1);
    add_cell(&r, "first", "other", 0.1, 3);
    start(&r, &still, 0, 1);
    finish(&r);
    for (size_t i = 0; i < r.count; i++)
        assert_int_equal(r.measured[i], LEAST_BLOCKS);
    end_run(&r);
}

// However little time there is, what is most important gets its three values.
static void three_values_of_something(void **unused)
{
    (void)unused;
    static const double budgets_s[] = {1e-3, 0.5, 2, 8};
    for (size_t i = 0; i < sizeof budgets_s / sizeof *budgets_s; i++) {
        static struct run_made_up r;
        two_questions(&r, 0.1);
        start(&r, &still, budgets_s[i], 1);
        finish(&r);
        if (r.measured[FIRST_BASE] < LEAST_BLOCKS || r.measured[FIRST_HEAD] < LEAST_BLOCKS)
            fail_msg("a budget of %g s: %zu and %zu trials", budgets_s[i], r.measured[FIRST_BASE],
                     r.measured[FIRST_HEAD]);
        end_run(&r);
    }
}

static void the_first_pass_comes_first(void **unused)
{
    (void)unused;
    enum { OTHER = ADDED, NARROW };
    static struct run_made_up r;
    two_questions(&r, 0.1);
    add_cell(&r, "first", "other", 0.3, 0.1);
    add_cell(&r, "second", "narrow", 0.002, 0.1);
    start(&r, &still, 30.05, 1);
    while (choose(&r)) {
        bool is_over = true;
        for (size_t i = 0; i < r.count; i++)
            is_over = is_over && r.measured[i] >= (i == NARROW ? ESTIMATE_MIN_N : FIRST_VALUES);
        for (size_t i = 0; i < r.count && !is_over; i++)
            if (r.measured[i] >= (i == NARROW ? ESTIMATE_MIN_N : FIRST_VALUES))
                assert_false(r.chosen[i]);
        measure(&r);
    }
    assert_int_equal(r.measured[NARROW], ESTIMATE_MIN_N);
    assert_int_equal(r.measured[OTHER], FIRST_VALUES); // it is part of no comparison with a target
    assert_true(r.measured[FIRST_HEAD] >= LEAST_CONVERGED_BLOCKS);
    assert_true(r.spent_s < 30.05);
    end_run(&r);
}

// ---- then where it pays -----------------------------------------------------------------------

static bool is_first_pass(const struct run_made_up *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->measured[i] < FIRST_VALUES)
            return true;
    return false;
}

// Both halves of each pair, or none, once the first pass is over.
static void finish_in_pairs(struct run_made_up *r)
{
    while (choose(r)) {
        if (!is_first_pass(r)) {
            assert_int_equal(r->chosen[FIRST_BASE], r->chosen[FIRST_HEAD]);
            assert_int_equal(r->chosen[SECOND_BASE], r->chosen[SECOND_HEAD]);
        }
        measure(r);
    }
}

static void the_noisier_gets_more(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    set_pair(&r, FIRST_BASE, 0.2, 0.02);
    set_pair(&r, SECOND_BASE, 0.6, 0.02);
    start(&r, &still, 3, 1);
    finish_in_pairs(&r);
    print_message("spreads of 20 and 60 %%: %zu and %zu values\n", r.measured[FIRST_HEAD],
                  r.measured[SECOND_HEAD]);
    assert_true(r.measured[SECOND_HEAD] > r.measured[FIRST_HEAD]);
    assert_true(2.95 < r.spent_s && r.spent_s <= 3); // neither has reached its target
    end_run(&r);
}

static void the_cheaper_gets_more(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    set_pair(&r, FIRST_BASE, 0.3, 0.02);
    set_pair(&r, SECOND_BASE, 0.3, 0.08);
    start(&r, &still, 8, 1);
    finish_in_pairs(&r);
    print_message("costs of 0.02 and 0.08 s: %zu and %zu values\n", r.measured[FIRST_HEAD],
                  r.measured[SECOND_HEAD]);
    assert_true(r.measured[FIRST_HEAD] > 2 * r.measured[SECOND_HEAD]);
    end_run(&r);
}

static void the_converged_gets_no_more(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    char known[256];
    two_questions(&r, 0.02);
    set_pair(&r, FIRST_BASE, 0.03, 0.02);
    set_pair(&r, SECOND_BASE, 0.15, 0.02);
    start(&r, &still, 2.5, 1); // not enough for the second
    finish_in_pairs(&r);
    print_message("spreads of 3 and 15 %%: %zu and %zu values\n", r.measured[FIRST_HEAD],
                  r.measured[SECOND_HEAD]);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_HEAD] > 2 * LEAST_CONVERGED_BLOCKS);
    scheduler_describe(r.scheduler, known, sizeof known);
    assert_non_null(strstr(known, "first: head "));
    assert_non_null(strstr(known, "1 of 2 targets reached"));
    end_run(&r);
}

// When all have reached their targets, all get narrower, what is farthest from its target first: so
// the values of each come from the whole run.
static void the_rest_of_the_time_is_used(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    size_t between = 0, longest = 0;
    two_questions(&r, 0.02);
    set_pair(&r, FIRST_BASE, 0.05, 0.02);
    set_pair(&r, SECOND_BASE, 0.06, 0.02);
    start(&r, &still, 10, 1);
    while (choose(&r)) {
        between = r.chosen[FIRST_HEAD] ? 0 : between + 1;
        longest = between > longest ? between : longest;
        measure(&r);
    }
    assert_true(r.spent_s > 9.9);
    assert_true(r.measured[FIRST_HEAD] > 80 && r.measured[SECOND_HEAD] > 80);
    assert_true(longest < 10);
    end_run(&r);
}

// The one cell is measured only together with the other, once the first pass is over.
static void finish_with(struct run_made_up *r, size_t cell, size_t other)
{
    while (choose(r)) {
        if (!is_first_pass(r) && r->chosen[cell])
            assert_true(r->chosen[other]);
        measure(r);
    }
}

// Of two cells that are in no headline, this conf asks for the first, beside the other.
static void check_that_it_counts(const char *folder, const char *text, size_t other)
{
    enum { ASKED = ADDED, LEFT };
    static struct run_made_up r;
    two_questions(&r, 0.02);
    set_pair(&r, SECOND_BASE, 0.03, 0.02); // which alone soon needs no more
    add_cell(&r, "second", "asked", 0.3, 0.02);
    r.truths[ASKED].value = 10.5; // hard to tell from what it is compared with
    add_cell(&r, "first", "left", 0.3, 0.02);
    make(&r, folder);
    write_conf(&r, folder, "it", text);
    start(&r, &still, 10, 1);
    finish_with(&r, ASKED, other);
    assert_true(r.measured[ASKED] > 2 * LEAST_CONVERGED_BLOCKS);
    assert_int_equal(r.measured[LEFT], FIRST_VALUES);
    end_run(&r);
}

static void claims_and_situations_count(void **unused)
{
    (void)unused;
    check_that_it_counts(
        "claims", "claim it is cheaper\nholds_if second:asked / second:head < 0.5\n", SECOND_HEAD);
    check_that_it_counts("situations", "place 1\nexperiment second\nsentence short\n", SECOND_BASE);
}

// How many values of a pair there are at the end, if a claim says that the ratio of 1.5 is below
// this bound.
static size_t values_for_claim(double bound)
{
    static struct run_made_up r;
    char text[128];
    two_questions(&r, 0.02);
    set_pair(&r, FIRST_BASE, 2, 0.1); // takes all the time that is left
    set_pair(&r, SECOND_BASE, 0.03, 0.02);
    add_cell(&r, "second", "asked", 0.1, 0.02);
    make(&r, "claims");
    snprintf(text, sizeof text, "claim it is cheap\nholds_if second:asked / second:base < %g\n",
             bound);
    write_conf(&r, "claims", "it", text);
    start(&r, &still, 20, 1);
    finish(&r);
    size_t values = r.measured[ADDED];
    end_run(&r);
    return values;
}

// Within 10 % after some 12 values. The rest of the time goes to what it can decide.
static void a_claim_is_measured_until_it_is_decided(void **unused)
{
    (void)unused;
    size_t far = values_for_claim(3), near = values_for_claim(1.6), at = values_for_claim(1.5);
    print_message("a ratio of 1.5, and bounds of 3, 1.6 and 1.5: %zu, %zu and %zu values\n", far,
                  near, at);
    assert_true(far < 1.5 * LEAST_CONVERGED_BLOCKS); // some are left over for it in the end
    assert_true(near > 2 * LEAST_CONVERGED_BLOCKS);
    assert_true(at < near); // in no time that there is could it be decided
}

// The worked example that R's package SPOT documents, from Chen and Lee's book of 2010: five
// designs with means of 1.2, 2.1, 3.4, 4.87 and 6.05 and variances of 3.3, 2.0, 4.5, 5.3 and 6.9
// have 12, 6, 5, 5 and 4 trials and get 48, 38, 11, 2 and 1 more. So in the end the second to the
// fifth have 44, 16, 7 and 5. Here the means are logarithms, closer to each other, and how many
// trials each gets follows from when it is decided.
static void a_situation_is_allocated_as_in_the_book(void **unused)
{
    (void)unused;
    enum { SEEDS = 4, DESIGNS = 4 };
    static const double distances[DESIGNS] = {0.9, 2.2, 3.67, 4.85},
                        variances[DESIGNS] = {2.0, 4.5, 5.3, 6.9};
    double values[DESIGNS] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        static struct run_made_up r;
        static const char *const names[DESIGNS] = {"second", "third", "fourth", "fifth"};
        two_questions(&r, 0.01);
        set_pair(&r, FIRST_BASE, 10, 0.1); // takes all the time that is left
        set_pair(&r, SECOND_BASE, 0.01, 0.01);
        r.truths[SECOND_HEAD].value = 1000;
        for (size_t i = 0; i < DESIGNS; i++) {
            add_cell(&r, "second", names[i], 0.3 * sqrt(variances[i]), 0.01);
            r.truths[ADDED + i].value = 10 * exp(0.15 * distances[i]);
        }
        make(&r, "situations");
        write_conf(&r, "situations", "it", "place 1\nexperiment second\nsentence short\n");
        start(&r, &still, 20, seed);
        // The widths of intervals decide who gets how many.
        scheduler_resample(r.scheduler, RESAMPLES);
        finish(&r);
        for (size_t i = 0; i < DESIGNS; i++)
            values[i] += (double)r.measured[ADDED + i] / SEEDS;
        end_run(&r);
    }
    print_message("designs 2 to 5: %.1f, %.1f, %.1f, %.1f values\n", values[0], values[1],
                  values[2], values[3]);
    assert_true(fabs(values[0] / values[1] - 44.0 / 16) < 0.75);
    assert_true(fabs(values[1] / values[2] - 16.0 / 7) < 0.75);
    assert_true(values[3] < 0.4 * values[0]);
}

// ---- a pure function --------------------------------------------------------------------------

static char *plan_text(const struct run_made_up *r)
{
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path_in(r, "plan.tsv"), "re");
    assert_non_null(file);
    assert_true(getdelim(&text, &room, '\0', file) > 0);
    fclose(file);
    return text;
}

enum { NEVER = 0, AFTER_EACH = 1 };

// The plan of a whole run, which is interrupted after every so many blocks.
static char *plan_with(size_t interrupted_after)
{
    static struct run_made_up r;
    two_questions(&r, 0.02);
    add_cell(&r, "first", "other", 0.3, 0.03);
    add_cell(&r, "second", "other", 0.3, 0.01);
    // Late, a model turns out to be no echo server at all, in one question of the two.
    r.truths[ADDED].besides = METRIC_wrong_answers;
    r.truths[ADDED].found = 1;
    r.truths[ADDED].from = FIRST_VALUES + 2;
    make(&r, "situations");
    write_conf(&r, "situations", "s", "place 1\nexperiment second\nsentence short\n");
    write_conf(&r, "situations", "t", "place 2\nexperiment first\nsentence short\n");
    start(&r, &usual, 6, 3);
    while (choose(&r)) {
        bool before[MAX_CELLS];
        memcpy(before, r.chosen, sizeof before);
        assert_true(choose(&r)); // the same trials
        assert_memory_equal(before, r.chosen, r.count * sizeof *before);
        measure(&r);
        if (interrupted_after && r.blocks % interrupted_after == 0) {
            scheduler_free(r.scheduler);
            read_scheduler(&r);
        }
    }
    assert_true(r.blocks > 20);
    char *text = plan_text(&r);
    end_run(&r);
    return text;
}

static void check_same(const char *plan, const char *other)
{
    size_t same = 0, rows = 0;
    for (; plan[same] && plan[same] == other[same]; same++)
        rows += plan[same] == '\n';
    if (plan[same] != other[same])
        fail_msg("the plans differ from trial %zu on", rows);
}

static void an_interruption_changes_nothing(void **unused)
{
    (void)unused;
    char *never = plan_with(NEVER), *after_each = plan_with(AFTER_EACH), *after_some = plan_with(5);
    check_same(never, after_each);
    check_same(never, after_some);
    free(never);
    free(after_each);
    free(after_some);
}

// ---- where more values would not help ---------------------------------------------------------

static void what_fails_twice_gets_no_more(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    add_cell(&r, "first", "broken", 0.1, 0.02);
    r.truths[ADDED].fault = r.truths[SECOND_HEAD].fault = "it does not start";
    start(&r, &still, 5, 1);
    finish(&r);
    assert_int_equal(r.measured[ADDED], 2);
    assert_int_equal(r.measured[SECOND_HEAD], 2);
    assert_int_equal(r.measured[SECOND_BASE], FIRST_VALUES);
    assert_true(r.measured[FIRST_HEAD] > FIRST_VALUES);
    end_run(&r);
}

// Neighbours hide the slope of a timed program now and then, but not always.
static void a_hidden_slope_is_no_failure(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    add_cell(&r, "first", "flat", 0.1, 0.02);
    for (size_t i = FIRST_HEAD; i <= ADDED; i += ADDED - FIRST_HEAD) {
        r.truths[i].fault = "no slope";
        r.truths[i].besides = METRIC_wall_us_per_operation;
        r.truths[i].found = -3;
    }
    start(&r, &still, 5, 1);
    while (choose(&r)) {
        measure(&r);
        if (r.measured[FIRST_HEAD] >= 3) {
            r.truths[FIRST_HEAD].fault = NULL;
            r.truths[FIRST_HEAD].besides = 0;
        }
    }
    assert_true(r.measured[FIRST_HEAD] > FIRST_VALUES + 3);
    assert_int_equal(r.measured[ADDED], FIRST_VALUES);
    end_run(&r);
}

// A leak excludes a trial from costs. In a question about leaks it is the result.
static void what_is_counted_is_no_failure(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    write_conf(&r, "experiments", "first",
               "priority 1\nmetric server_descriptors\nbaseline base\nheadline head\n");
    r.truths[FIRST_HEAD].besides = r.truths[SECOND_HEAD].besides = METRIC_server_zombies;
    r.truths[FIRST_HEAD].found = r.truths[SECOND_HEAD].found = 100;
    start(&r, &still, 5, 1);
    finish(&r);
    assert_int_equal(r.measured[SECOND_HEAD], 2);
    assert_true(r.measured[FIRST_HEAD] > FIRST_VALUES);
    end_run(&r);
}

static void what_is_suspect_gets_no_more(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    two_questions(&r, 0.02);
    write_conf(&r, "experiments", "first",
               "priority 1\nmetric connections_per_s\nbaseline base\nheadline head\n");
    set_pair(&r, FIRST_BASE, 0.5, 0.02);
    r.truths[FIRST_HEAD].besides = METRIC_client_load;
    r.truths[FIRST_HEAD].found = 0.95;
    start(&r, &still, 5, 1);
    finish(&r);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_HEAD] > LEAST_CONVERGED_BLOCKS);
    end_run(&r);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_important_is_looked_at_first),
        cmocka_unit_test(three_values_in_no_time),
        cmocka_unit_test(three_values_of_something),
        cmocka_unit_test(the_first_pass_comes_first),
        cmocka_unit_test(the_noisier_gets_more),
        cmocka_unit_test(the_cheaper_gets_more),
        cmocka_unit_test(the_converged_gets_no_more),
        cmocka_unit_test(the_rest_of_the_time_is_used),
        cmocka_unit_test(claims_and_situations_count),
        cmocka_unit_test(a_claim_is_measured_until_it_is_decided),
        cmocka_unit_test(a_situation_is_allocated_as_in_the_book),
        cmocka_unit_test(an_interruption_changes_nothing),
        cmocka_unit_test(what_fails_twice_gets_no_more),
        cmocka_unit_test(a_hidden_slope_is_no_failure),
        cmocka_unit_test(what_is_counted_is_no_failure),
        cmocka_unit_test(what_is_suspect_gets_no_more),
    };
    return run_made_up_tests("scheduler", tests, sizeof tests / sizeof *tests, argc, argv);
}
