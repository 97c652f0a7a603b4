// What does not fit into the budget of a run, and what is dropped for it: on small runs, and on the
// recorded costs of two machines. (The rows of epoll_threads, epoll_threads_reuseport and reactor
// were not recorded there: they are epoll's, with its values multiplied by a ratio measured
// elsewhere.)
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/analyse/statistics.h"
#include "tests/core/made_up_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void the_most_expensive_cell_is_dropped(void **unused)
{
    (void)unused;
    enum { EXPENSIVE = ADDED };
    static struct run_made_up r;
    struct dropped d = {0};
    two_questions(&r, 0.5);
    add_cell(&r, "first", "expensive", 0.1, 9);
    start(&r, &still, 120, 1);
    finish(&r);
    read_dropped(&r, &d);
    assert_int_equal(d.table.rows, 1);
    assert_true(fabs(minutes_of(&d, "first", "expensive", "-") - FIRST_VALUES * 9.0 / 60) <= 0.05);
    assert_int_equal(r.measured[EXPENSIVE], 1);
    for (size_t i = 0; i < EXPENSIVE; i++)
        assert_true(r.measured[i] >= FIRST_VALUES);
    assert_true(r.spent_s <= 120);
    table_free(&d.table);
    end_run(&r);
}

static void the_least_important_question_is_dropped(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    struct dropped d = {0};
    two_questions(&r, 0.5);
    set_pair(&r, SECOND_BASE, 0.1, 1); // 9 and 12 s for six values of all
    add_cell(&r, "first", "other", 0.1, 0.5);
    start(&r, &still, 15, 1);
    finish(&r);
    read_dropped(&r, &d);
    assert_int_equal(d.table.rows, 1);
    assert_true(fabs(minutes_of(&d, "second", "-", "-") - 12.0 / 60) <= 0.05);
    assert_int_equal(r.measured[SECOND_BASE], 1);
    assert_int_equal(r.measured[SECOND_HEAD], 1);
    assert_true(r.measured[FIRST_BASE] >= ESTIMATE_MIN_N);
    assert_true(r.measured[FIRST_HEAD] >= ESTIMATE_MIN_N);
    assert_true(r.spent_s <= 15);
    table_free(&d.table);
    end_run(&r);
}

// When nothing else needs the time.
static void what_was_dropped_is_taken_up(void **unused)
{
    (void)unused;
    static struct run_made_up r;
    struct dropped d = {0};
    two_questions(&r, 0.5);
    set_pair(&r, FIRST_BASE, 0.03, 0.5);
    set_pair(&r, SECOND_BASE, 0.1, 1.5);
    start(&r, &still, 32, 1); // 6 and 18 s for six values of all
    while (choose(&r)) {
        if (r.measured[FIRST_HEAD] < LEAST_CONVERGED_BLOCKS && r.measured[SECOND_HEAD] > 0)
            assert_false(r.chosen[SECOND_HEAD]);
        measure(&r);
    }
    read_dropped(&r, &d);
    assert_int_equal(d.table.rows, 0);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_BASE] >= ESTIMATE_MIN_N);
    assert_true(r.measured[SECOND_HEAD] >= ESTIMATE_MIN_N);
    assert_true(r.spent_s <= 32);
    table_free(&d.table);
    end_run(&r);
}

// The first block has spent time on what is dropped then: the rest must do with what is left.
static void what_was_dropped_has_cost_time(void **unused)
{
    (void)unused;
    enum { THIRD_BASE = ADDED, THIRD_HEAD };
    static struct run_made_up r;
    two_questions(&r, 1);
    set_pair(&r, SECOND_BASE, 0.1, 2.7);
    write_conf(&r, "experiments", "third",
               "priority 3\nmetric server_cpu_us_per_connection\nbaseline base\nheadline head\n");
    add_cell(&r, "third", "base", 0.1, 30);
    add_cell(&r, "third", "head", 0.1, 30);
    r.truths[THIRD_BASE].is_headline = r.truths[THIRD_HEAD].is_headline = true;
    start(&r, &still, 100, 1);
    finish(&r);
    assert_int_equal(r.measured[THIRD_HEAD], 1);
    assert_true(r.measured[FIRST_HEAD] >= FIRST_VALUES);
    assert_true(r.measured[SECOND_HEAD] == 1 || r.measured[SECOND_HEAD] >= FIRST_VALUES);
    assert_true(r.spent_s <= 100);
    end_run(&r);
}

// Where the first trial of a timed program took long, the others repeat its operation less often.
static void timed_programs_take_less(void **unused)
{
    (void)unused;
    enum { TIMED = ADDED };
    static struct run_made_up r;
    two_questions(&r, 0.1);
    write_conf(&r, "experiments", "first",
               "priority 1\ntype time\ncounts 100 900\ntrial_s 0.4\ncounts_shrink 8\n"
               "metric server_cpu_us_per_connection\nbaseline base\nheadline head\n");
    add_cell(&r, "first", "timed", 0.1, 4);
    r.truths[TIMED].small = 100;
    r.truths[TIMED].large = 900;
    start(&r, &still, 60, 1);
    finish(&r);
    assert_int_equal(r.measured[TIMED], FIRST_VALUES);
    double others_s = 0.1 * (double)(r.measured[FIRST_BASE] + r.measured[FIRST_HEAD] +
                                     r.measured[SECOND_BASE] + r.measured[SECOND_HEAD]);
    double timed_s = (r.spent_s - others_s - 4) / (FIRST_VALUES - 1);
    assert_true(0.3 < timed_s && timed_s < 0.6);
    end_run(&r);
}

// ---- recorded machines ------------------------------------------------------------------------

static long priority_of(const char *experiment)
{
    char path[128], line[256];
    long priority = 0;
    snprintf(path, sizeof path, "bench/questions/experiments/%s.conf", experiment);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (!priority && fgets(line, sizeof line, file))
        sscanf(line, "priority %ld", &priority);
    fclose(file);
    return priority;
}

static double first_pass_of(const struct run_made_up *r, const char *experiment)
{
    double sum_s = 0;
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->truths[i].experiment, experiment) == 0)
            sum_s += FIRST_VALUES * r->took_s[i] / (double)r->measured[i];
    return sum_s;
}

// What was dropped has no more than the first look. Of what is kept every cell has an interval,
// and nothing that was dropped would have been more important without taking longer.
static void check_kept(const struct run_made_up *r, const struct dropped *d)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct truth *t = &r->truths[i];
        bool is_kept = isnan(minutes_of(d, t->experiment, "-", "-"));
        if (!is_kept || !isnan(minutes_of(d, t->experiment, t->model, t->x)))
            assert_true(r->measured[i] <= 1);
        else if (r->measured[i] < ESTIMATE_MIN_N)
            fail_msg("%s %s %s has %zu values", t->experiment, t->model, t->x, r->measured[i]);
        for (size_t row = 0; row < d->table.rows && is_kept; row++)
            if (strcmp(table_text(&d->table, row, 1), "-") == 0 &&
                priority_of(table_text(&d->table, row, 0)) < priority_of(t->experiment))
                assert_false(60 * table_number(&d->table, row, 3) <=
                             first_pass_of(r, t->experiment));
    }
}

static void print_dropped(const struct dropped *d)
{
    for (size_t row = 0; row < d->table.rows; row++)
        print_message("  dropped: %s %s %s, %s min\n", table_text(&d->table, row, 0),
                      table_text(&d->table, row, 1), table_text(&d->table, row, 2),
                      table_text(&d->table, row, 3));
}

// Returns how many questions were dropped.
static size_t drops_on(const char *costs_path, double times, double budget_s)
{
    static struct run_made_up r;
    struct table costs;
    struct dropped d = {0};
    char known[256];
    size_t questions = 0;
    as_recorded(&r, &costs, costs_path, times);
    start(&r, &recorded, budget_s, 1);
    finish(&r);
    read_dropped(&r, &d);
    scheduler_describe(r.scheduler, known, sizeof known);
    print_message("%s, times %g: %zu blocks, %zu trials, %.0f s · %s\n", costs_path, times,
                  r.blocks, r.planned, r.spent_s, known);
    print_dropped(&d);
    assert_true(r.spent_s <= budget_s);
    assert_true(isnan(minutes_of(&d, "churn", "-", "-")));
    check_kept(&r, &d);
    for (size_t row = 0; row < d.table.rows; row++)
        questions += strcmp(table_text(&d.table, row, 1), "-") == 0;
    table_free(&d.table);
    table_free(&costs);
    end_run(&r);
    return questions;
}

static void a_fast_machine_answers_everything(void **unused)
{
    (void)unused;
    assert_int_equal(drops_on("tests/fixture/costs_fast.tsv", 1, 600), 0);
}

// Three minutes are enough for the two most important questions.
static void three_minutes_answer_two(void **unused)
{
    (void)unused;
    assert_true(drops_on("tests/fixture/costs_fast.tsv", 1, 180) <= 3);
}

// What is less important than what does not fit is not looked at.
static void what_cannot_fit_is_not_looked_at(void **unused)
{
    (void)unused;
    enum { THIRD_BASE = ADDED, THIRD_HEAD };
    static struct run_made_up r;
    struct dropped d = {0};
    two_questions(&r, 1);
    set_pair(&r, SECOND_BASE, 0.1, 10);
    write_conf(&r, "experiments", "third",
               "priority 3\nmetric server_cpu_us_per_connection\nbaseline base\nheadline head\n");
    add_cell(&r, "third", "base", 0.1, 1);
    add_cell(&r, "third", "head", 0.1, 1);
    start(&r, &still, 32, 1);
    finish(&r);
    read_dropped(&r, &d);
    assert_int_equal(r.measured[SECOND_HEAD], 1);
    assert_int_equal(r.measured[THIRD_HEAD], 0);
    assert_true(minutes_of(&d, "second", "-", "-") > 1);
    assert_true(minutes_of(&d, "third", "-", "-") == 0);
    table_free(&d.table);
    end_run(&r);
}

static void a_slow_machine_answers_what_it_can(void **unused)
{
    (void)unused;
    assert_int_equal(drops_on("tests/fixture/costs_slow.tsv", 1, 600), 0);
}

static void a_slower_machine_ends_in_time(void **unused)
{
    (void)unused;
    assert_in_range(drops_on("tests/fixture/costs_slow.tsv", 3, 600), 1, 5);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_expensive_cell_is_dropped),
        cmocka_unit_test(the_least_important_question_is_dropped),
        cmocka_unit_test(what_was_dropped_is_taken_up),
        cmocka_unit_test(what_was_dropped_has_cost_time),
        cmocka_unit_test(timed_programs_take_less),
        cmocka_unit_test(a_fast_machine_answers_everything),
        cmocka_unit_test(what_cannot_fit_is_not_looked_at),
        cmocka_unit_test(three_minutes_answer_two),
        cmocka_unit_test(a_slow_machine_answers_what_it_can),
        cmocka_unit_test(a_slower_machine_ends_in_time),
    };
    return run_made_up_tests("scheduler_fit", tests, sizeof tests / sizeof *tests, argc, argv);
}
