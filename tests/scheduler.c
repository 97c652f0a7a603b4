// Which cells a run measures next, and when it ends. The runs are real folders, written by what
// writes those of every other run; only what a trial finds, and how long it takes, is made up: from
// a truth about each cell, and a machine that wanders (AR(1) from trial to trial), drifts, and now
// and then takes three times as long. The seeds are fixed, so that a pass or a failure is one for
// good.
//
// Runs in 2 parts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <ftw.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/analyse/estimates.h"
#include "bench/base/experiment.h"
#include "bench/base/load.h"
#include "bench/base/random.h"
#include "bench/base/record.h"
#include "bench/base/table.h"
#include "bench/measure/plan/blocks.h"
#include "bench/measure/plan/cells.h"
#include "bench/measure/plan/headline.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/trials.h"
#include "tests/core/files.h"
#include "tests/core/part.h"

enum { MAX_CELLS = 160, MAX_BLOCKS = 1000 };

// ---- a run that is made up --------------------------------------------------------------------

struct truth {
    const char *experiment, *model, *x;
    bool is_headline;
    double value, spread, cost_s; // the spread is of the logarithm
    // What else its trials find, and from which trial on; METRIC_window_s, the first: nothing.
    enum metric_id besides;
    double found;
    size_t from;
    const char *fault;          // NULL: none
    unsigned long small, large; // how often a timed program repeats its operation for that cost
};

struct machine {
    double wander, slope; // standard deviations: of what lasts for some trials; of the drift
    double outliers;      // how likely a trial is one
};

// In the runs whose costs are kept, the ratio of two neighbours varies about half as much as two
// unrelated cells of their spread would: they share what the machine does meanwhile.
static const double own_part = 0.5;
static const struct machine still = {0, 0, 0}, usual = {0.09, 4e-4, 0.03},
                            recorded = {0.09, 4e-4, 0};
static const double wander_kept = 0.93; // from one trial to the next

struct run_made_up {
    struct truth truths[MAX_CELLS];
    size_t count;
    enum metric_id metrics[MAX_CELLS]; // the headline metric of each
    struct machine machine;
    unsigned short random[3];
    double wander, drift, slope;

    struct scheduler *scheduler;
    struct table cells;
    struct record plan, trials;
    double budget_s, spent_s;
    size_t blocks, planned;
    bool chosen[MAX_CELLS];     // for the next block
    size_t measured[MAX_CELLS]; // trials of each cell
    double took_s[MAX_CELLS];   // all of them together
    char folder[64], cells_path[96];
};

static const char *path_in(const struct run_made_up *r, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    return path;
}

static FILE *begin(const struct run_made_up *r, const char *name)
{
    FILE *file = fopen(path_in(r, name), "we");
    assert_non_null(file);
    return file;
}

static void write_conf(const struct run_made_up *r, const char *folder, const char *stem,
                       const char *text)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s.conf", folder, stem);
    FILE *file = begin(r, name);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void make(const struct run_made_up *r, const char *folder)
{
    assert_int_equal(mkdir(path_in(r, folder), 0777), 0);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static bool remove_all(const char *folder)
{
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0;
}

static void begin_run(struct run_made_up *r)
{
    *r = (struct run_made_up){0};
    snprintf(r->folder, sizeof r->folder, "%s/run", files_folder);
    remove_all(r->folder); // of a test that failed
    make(r, "");
    make(r, "experiments");
}

static void end_run(struct run_made_up *r)
{
    scheduler_free(r->scheduler);
    table_free(&r->cells);
    close(r->plan.fd);
    close(r->trials.fd);
    assert_true(remove_all(r->folder));
}

static void write_tables(struct run_made_up *r)
{
    FILE *cells = begin(r, "cells.tsv"), *models = begin(r, "models.tsv"),
         *settings = begin(r, "settings.tsv");
    fputs(CELL_COLUMNS "\n", cells);
    fputs("experiment\tname\tfamily\tstatus\n", models);
    for (size_t i = 0; i < r->count; i++) {
        const struct truth *t = &r->truths[i];
        char load[LOAD_BYTES];
        load_write(&(struct load){.small_count = t->small, .large_count = t->large}, load);
        fprintf(cells, "%s\t%s\t%s\t%s\tnone\t-\t%s\t0.1\t%s\n", t->experiment,
                t->large ? "time" : "serve", t->model, t->x, load, t->is_headline ? "yes" : "no");
        fprintf(models, "%s\t%s\t-\tok\n", t->experiment, t->model);
    }
    fputs("name\tvalue\nseed\t7\n", settings);
    assert_int_equal(fclose(cells) | fclose(models) | fclose(settings), 0);
}

static void note_metrics(struct run_made_up *r)
{
    struct experiment *experiments;
    size_t count = experiments_read(path_in(r, "experiments"), &experiments);
    for (size_t i = 0; i < r->count; i++) {
        const struct experiment *e = experiment_find(experiments, count, r->truths[i].experiment);
        assert_non_null(e);
        r->metrics[i] = (enum metric_id)(experiment_headline_metric(e) - metrics);
    }
    experiments_free(experiments, count);
}

static double gaussian(unsigned short state[3])
{
    return sqrt(-2 * log1p(-erand48(state))) * cos(2 * acos(-1) * erand48(state));
}

static double next_value(struct run_made_up *r, const struct truth *t)
{
    const struct machine *m = &r->machine;
    r->wander = wander_kept * r->wander +
                m->wander * sqrt(1 - wander_kept * wander_kept) * gaussian(r->random);
    r->drift += r->slope;
    double outlier = erand48(r->random) < m->outliers ? 3 : 1;
    return outlier * t->value * exp(r->wander + r->drift + t->spread * gaussian(r->random));
}

static size_t truth_of(const struct run_made_up *r, const struct trial_name *name)
{
    size_t i = 0;
    while (i < r->count &&
           (strcmp(r->truths[i].experiment, name->experiment) != 0 ||
            strcmp(r->truths[i].model, name->model) != 0 || strcmp(r->truths[i].x, name->x) != 0))
        i++;
    assert_true(i < r->count);
    return i;
}

static double cost_of(const struct truth *t, const char *planned)
{
    struct load load;
    load_parse(planned, &load, "plan.tsv");
    return !t->large ? t->cost_s
                     : t->cost_s * (double)(load.small_count + load.large_count) /
                           (double)(t->small + t->large);
}

static void carry_out(struct run_made_up *r, const struct trial_name *name, const char *load)
{
    const time_t in_2020 = 1580601600;
    struct measurement m;
    size_t i = truth_of(r, name);
    const struct truth *t = &r->truths[i];
    measurement_reset(&m);
    m.values[r->metrics[i]] = next_value(r, t);
    if (t->besides && r->measured[i] >= t->from)
        m.values[t->besides] = t->found;
    if (t->fault)
        measurement_fault(&m, "%s", t->fault);
    double cost_s = cost_of(t, load);
    trials_append(&r->trials, name, in_2020, cost_s, &m);
    r->measured[i]++;
    r->took_s[i] += cost_s;
    r->spent_s += cost_s;
}

// Plans the chosen cells as a block, and carries it out.
static void measure(struct run_made_up *r)
{
    struct table plan;
    char path[128];
    assert_true(r->blocks < MAX_BLOCKS);
    blocks_append(&r->plan, &r->cells, setting_seed(r->folder),
                  &(struct block){++r->blocks, r->planned, r->chosen, scheduler_loads(r->scheduler),
                                  r->budget_s});
    snprintf(path, sizeof path, "%s/plan.tsv", r->folder);
    table_read(&plan, path);
    size_t trial = table_column(&plan, "trial"), block = table_column(&plan, "block"),
           experiment = table_column(&plan, "experiment"), model = table_column(&plan, "model"),
           x = table_column(&plan, "x"), load = table_column(&plan, "load");
    for (; r->planned < plan.rows; r->planned++) {
        struct trial_name name = {
            table_text(&plan, r->planned, trial), table_text(&plan, r->planned, block),
            table_text(&plan, r->planned, experiment), table_text(&plan, r->planned, model),
            table_text(&plan, r->planned, x)};
        carry_out(r, &name, table_text(&plan, r->planned, load));
    }
    table_free(&plan);
}

static bool choose(struct run_made_up *r)
{
    return scheduler_choose(r->scheduler, r->folder, r->budget_s, r->chosen) > 0;
}

// Plans and carries out the first block.
static void start(struct run_made_up *r, const struct machine *machine, double budget_s,
                  uint64_t seed)
{
    write_tables(r);
    note_metrics(r);
    r->machine = *machine;
    random_state(r->random, 7, seed);
    r->wander = machine->wander * gaussian(r->random);
    r->slope = machine->slope * gaussian(r->random);
    r->budget_s = budget_s;
    snprintf(r->cells_path, sizeof r->cells_path, "%s/cells.tsv", r->folder);
    table_read(&r->cells, r->cells_path);
    r->plan = blocks_open(r->folder);
    r->trials = trials_open(r->folder);
    r->scheduler = scheduler_read(r->folder);
    assert_int_equal(scheduler_cells(r->scheduler), r->count);
    memset(r->chosen, true, sizeof r->chosen);
    measure(r);
}

static void finish(struct run_made_up *r)
{
    while (choose(r))
        measure(r);
}

// ---- small runs -------------------------------------------------------------------------------

static const char first_conf[] = "priority 1\nmetric server_cpu_us_per_connection\nbaseline base\n"
                                 "headline head\n",
                  second_conf[] = "priority 2\nmetric server_cpu_us_per_connection\nbaseline base\n"
                                  "headline head\n";

// Two questions with a baseline and a headline model each; others are added to them.
static void two_questions(struct run_made_up *r, double cost_s)
{
    begin_run(r);
    write_conf(r, "experiments", "first", first_conf);
    write_conf(r, "experiments", "second", second_conf);
    static const char *const experiments[] = {"first", "second"};
    for (size_t i = 0; i < 2; i++) {
        r->truths[r->count++] = (struct truth){
            experiments[i], "base", "-", true, .value = 10, .spread = 0.1, .cost_s = cost_s};
        r->truths[r->count++] = (struct truth){
            experiments[i], "head", "-", true, .value = 20, .spread = 0.1, .cost_s = cost_s};
    }
}

// The cells of two_questions.
enum { FIRST_BASE, FIRST_HEAD, SECOND_BASE, SECOND_HEAD, ADDED };

static void add_cell(struct run_made_up *r, const char *experiment, const char *model,
                     double spread, double cost_s)
{
    assert_true(r->count < MAX_CELLS);
    r->truths[r->count++] =
        (struct truth){experiment, model, "-", .value = 15, .spread = spread, .cost_s = cost_s};
}

static void set_pair(struct run_made_up *r, size_t base, double spread, double cost_s)
{
    r->truths[base].spread = r->truths[base + 1].spread = spread;
    r->truths[base].cost_s = r->truths[base + 1].cost_s = cost_s;
}

static size_t chosen_cells(const struct run_made_up *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->count; i++)
        count += r->chosen[i];
    return count;
}

// ---- the first blocks -------------------------------------------------------------------------

static void three_blocks_have_everything(void **unused)
{
    (void)unused;
    static const double budgets_s[] = {0, 1000};
    for (size_t i = 0; i < sizeof budgets_s / sizeof *budgets_s; i++) {
        static struct run_made_up r;
        two_questions(&r, 1);
        add_cell(&r, "first", "other", 0.1, 3);
        start(&r, &still, budgets_s[i], 1);
        while (r.blocks < LEAST_BLOCKS) {
            assert_true(choose(&r));
            assert_int_equal(chosen_cells(&r), r.count);
            measure(&r);
        }
        assert_int_equal(choose(&r), budgets_s[i] > 0);
        end_run(&r);
    }
}

// However little time there is, what is most important gets its three blocks.
static void three_blocks_have_something(void **unused)
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
    start(&r, &still, 100, 1);
    while (choose(&r)) {
        bool is_over = true;
        for (size_t i = 0; i < r.count; i++)
            is_over = is_over && r.measured[i] >= (i == NARROW ? ESTIMATE_MIN_N : FIRST_VALUES);
        for (size_t i = 0; i < r.count && !is_over; i++)
            assert_int_equal(r.chosen[i],
                             r.measured[i] < (i == NARROW ? ESTIMATE_MIN_N : FIRST_VALUES));
        measure(&r);
    }
    assert_int_equal(r.measured[NARROW], ESTIMATE_MIN_N);
    assert_int_equal(r.measured[OTHER], FIRST_VALUES); // it is part of no comparison with a target
    assert_true(r.measured[FIRST_HEAD] >= LEAST_CONVERGED_BLOCKS);
    assert_true(r.spent_s < 100);
    end_run(&r);
}

// ---- what does not fit ------------------------------------------------------------------------

struct dropped {
    struct table table;
    char path[128];
};

static void read_dropped(struct run_made_up *r, struct dropped *d)
{
    scheduler_write_dropped(r->scheduler, r->folder);
    snprintf(d->path, sizeof d->path, "%s/dropped.tsv", r->folder);
    table_read(&d->table, d->path);
    assert_string_equal(d->table.cells[0], "experiment");
}

// The minutes of a question (model and x are "-") or of a cell; NAN if it was not dropped.
static double minutes_of(const struct dropped *d, const char *experiment, const char *model,
                         const char *x)
{
    for (size_t row = 0; row < d->table.rows; row++)
        if (strcmp(table_text(&d->table, row, 0), experiment) == 0 &&
            strcmp(table_text(&d->table, row, 1), model) == 0 &&
            strcmp(table_text(&d->table, row, 2), x) == 0)
            return table_number(&d->table, row, table_column(&d->table, "minutes"));
    return NAN;
}

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
    two_questions(&r, 0.5); // 8 s each for the first pass
    add_cell(&r, "first", "other", 0.1, 0.5);
    start(&r, &still, 15, 1);
    finish(&r);
    read_dropped(&r, &d);
    assert_int_equal(d.table.rows, 1);
    assert_true(fabs(minutes_of(&d, "second", "-", "-") - 8.0 / 60) <= 0.05);
    assert_int_equal(r.measured[SECOND_BASE], 1);
    assert_int_equal(r.measured[SECOND_HEAD], 1);
    assert_true(r.measured[FIRST_BASE] >= FIRST_VALUES);
    assert_true(r.measured[FIRST_HEAD] >= FIRST_VALUES);
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
    set_pair(&r, SECOND_BASE, 0.1, 1);
    start(&r, &still, 30, 1); // 8 and 16 s for the first pass
    while (choose(&r)) {
        if (r.measured[FIRST_HEAD] < LEAST_CONVERGED_BLOCKS)
            assert_false(r.chosen[SECOND_HEAD]);
        measure(&r);
    }
    read_dropped(&r, &d);
    assert_int_equal(d.table.rows, 0);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_BASE] >= FIRST_VALUES);
    assert_true(r.measured[SECOND_HEAD] >= FIRST_VALUES);
    assert_true(r.spent_s <= 30);
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

// ---- the recorded costs of two machines -------------------------------------------------------

static void copy(const struct run_made_up *r, const char *from, const char *name)
{
    char text[16384], path[256];
    snprintf(path, sizeof path, "%s/%s", from, name);
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    size_t bytes = fread(text, 1, sizeof text, in);
    assert_true(bytes < sizeof text && fclose(in) == 0);
    snprintf(path, sizeof path, "%s/%s", strrchr(from, '/') + 1, name);
    FILE *out = begin(r, path);
    assert_int_equal(fwrite(text, 1, bytes, out), bytes);
    assert_int_equal(fclose(out), 0);
}

static void copy_all(const struct run_made_up *r, enum conf_kind kind, const char *from)
{
    struct experiment *confs;
    make(r, strrchr(from, '/') + 1);
    size_t count = confs_read(kind, from, &confs);
    for (size_t i = 0; i < count; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s.conf", confs[i].stem);
        copy(r, from, name);
    }
    experiments_free(confs, count);
}

static void set_counts(struct truth *t, const struct experiment *e)
{
    char key[128];
    snprintf(key, sizeof key, "counts:%s", t->model);
    const char *counts =
        experiment_get(e, key) ? experiment_get(e, key) : experiment_get(e, "counts");
    if (counts)
        assert_int_equal(sscanf(counts, "%lu %lu", &t->small, &t->large), 2);
}

// The core questions, with their claims and situations, on a recorded machine, or on one that takes
// so many times as long for everything. The table of costs holds the names.
static void as_recorded(struct run_made_up *r, struct table *costs, const char *path, double times)
{
    static const char *const core[] = {"churn",  "concurrency", "ipc",
                                       "memory", "self_same",   "spawn"};
    struct experiment *experiments;
    begin_run(r);
    for (size_t i = 0; i < sizeof core / sizeof *core; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s.conf", core[i]);
        copy(r, "bench/questions/experiments", name);
    }
    copy_all(r, CLAIM, "bench/questions/claims");
    copy_all(r, SITUATION, "bench/questions/situations");
    size_t count = experiments_read(path_in(r, "experiments"), &experiments);
    table_read(costs, path);
    size_t cost = table_column(costs, "cost_s"), value = table_column(costs, "value"),
           spread = table_column(costs, "spread");
    assert_true(costs->rows > 100 && costs->rows <= MAX_CELLS);
    for (size_t row = 0; row < costs->rows; row++) {
        struct truth t = {.experiment = table_text(costs, row, 0),
                          .model = table_text(costs, row, 1),
                          .x = table_text(costs, row, 2)};
        const struct experiment *e = experiment_find(experiments, count, t.experiment);
        assert_non_null(e);
        t.is_headline = is_headline_cell(e, t.model, t.x);
        t.value = table_number(costs, row, value);
        t.spread = own_part * table_number(costs, row, spread);
        t.cost_s = times * table_number(costs, row, cost);
        set_counts(&t, e);
        r->truths[r->count++] = t;
    }
    experiments_free(experiments, count);
}

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

// What was dropped has no more than the first block. Of what is kept every cell has an interval,
// and nothing that was dropped would have been more important without taking longer.
static void check_kept(const struct run_made_up *r, const struct dropped *d)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct truth *t = &r->truths[i];
        bool is_kept = isnan(minutes_of(d, t->experiment, "-", "-"));
        if (!is_kept || !isnan(minutes_of(d, t->experiment, t->model, t->x)))
            assert_int_equal(r->measured[i], 1);
        else if (r->measured[i] < ESTIMATE_MIN_N)
            fail_msg("%s %s %s has %zu values", t->experiment, t->model, t->x, r->measured[i]);
        for (size_t row = 0; row < d->table.rows && is_kept; row++)
            if (strcmp(table_text(&d->table, row, 1), "-") == 0 &&
                priority_of(table_text(&d->table, row, 0)) < priority_of(t->experiment))
                assert_true(60 * table_number(&d->table, row, 3) > first_pass_of(r, t->experiment));
    }
}

static void print_dropped(const struct dropped *d)
{
    for (size_t row = 0; row < d->table.rows; row++)
        print_message("  dropped: %s %s %s, %s min\n", table_text(&d->table, row, 0),
                      table_text(&d->table, row, 1), table_text(&d->table, row, 2),
                      table_text(&d->table, row, 3));
}

// Ten minutes there. Returns how many questions were dropped.
static size_t ten_minutes(const char *costs_path, double times)
{
    static struct run_made_up r;
    static const double budget_s = 600;
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
    assert_int_equal(ten_minutes("tests/fixture/costs_fast.tsv", 1), 0);
}

static void a_slow_machine_answers_what_it_can(void **unused)
{
    (void)unused;
    assert_true(ten_minutes("tests/fixture/costs_slow.tsv", 1) <= 2);
}

static void a_slower_machine_ends_in_time(void **unused)
{
    (void)unused;
    assert_in_range(ten_minutes("tests/fixture/costs_slow.tsv", 3), 1, 5);
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
    start(&r, &still, 20, 1);
    finish_in_pairs(&r);
    print_message("spreads of 3 and 15 %%: %zu and %zu values\n", r.measured[FIRST_HEAD],
                  r.measured[SECOND_HEAD]);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_HEAD] > 2 * LEAST_CONVERGED_BLOCKS);
    assert_true(r.spent_s < 10); // the rest of the time is not used
    scheduler_describe(r.scheduler, known, sizeof known);
    assert_non_null(strstr(known, "first: head "));
    assert_non_null(strstr(known, "2 of 2 targets reached"));
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
    add_cell(&r, "first", "left", 0.3, 0.02);
    make(&r, folder);
    write_conf(&r, folder, "it", text);
    start(&r, &still, 20, 1);
    finish_with(&r, ASKED, other);
    assert_true(r.measured[ASKED] > 2 * LEAST_CONVERGED_BLOCKS);
    assert_int_equal(r.measured[LEFT], FIRST_VALUES);
    end_run(&r);
}

static void claims_and_situations_count(void **unused)
{
    (void)unused;
    check_that_it_counts("claims", "claim it is cheaper\nholds_if second:asked / second:head < 1\n",
                         SECOND_HEAD);
    check_that_it_counts("situations", "place 1\nexperiment second\nsentence short\n", SECOND_BASE);
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
            r.scheduler = scheduler_read(r.folder);
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
    start(&r, &still, 20, 1);
    finish(&r);
    assert_int_equal(r.measured[ADDED], 2);
    assert_int_equal(r.measured[SECOND_HEAD], 2);
    assert_int_equal(r.measured[SECOND_BASE], FIRST_VALUES);
    assert_true(r.measured[FIRST_HEAD] > FIRST_VALUES);
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
    start(&r, &still, 20, 1);
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
    start(&r, &still, 20, 1);
    finish(&r);
    assert_int_equal(r.measured[FIRST_HEAD], LEAST_CONVERGED_BLOCKS);
    assert_true(r.measured[SECOND_HEAD] > LEAST_CONVERGED_BLOCKS);
    end_run(&r);
}

// ---- what the numbers are worth then ----------------------------------------------------------

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

static int remove_runs(void **unused)
{
    (void)unused;
    return remove_all(files_folder) ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(three_blocks_have_everything),
        cmocka_unit_test(three_blocks_have_something),
        cmocka_unit_test(the_first_pass_comes_first),
        cmocka_unit_test(the_most_expensive_cell_is_dropped),
        cmocka_unit_test(the_least_important_question_is_dropped),
        cmocka_unit_test(what_was_dropped_is_taken_up),
        cmocka_unit_test(what_was_dropped_has_cost_time),
        cmocka_unit_test(timed_programs_take_less),
        cmocka_unit_test(a_fast_machine_answers_everything),
        cmocka_unit_test(a_slow_machine_answers_what_it_can),
        cmocka_unit_test(a_slower_machine_ends_in_time),
        cmocka_unit_test(the_noisier_gets_more),
        cmocka_unit_test(the_cheaper_gets_more),
        cmocka_unit_test(the_converged_gets_no_more),
        cmocka_unit_test(claims_and_situations_count),
        cmocka_unit_test(an_interruption_changes_nothing),
        cmocka_unit_test(what_fails_twice_gets_no_more),
        cmocka_unit_test(what_is_counted_is_no_failure),
        cmocka_unit_test(what_is_suspect_gets_no_more),
        cmocka_unit_test(intervals_cover_when_targets_end_it),
        cmocka_unit_test(intervals_cover_when_the_budget_ends_it),
    };
    size_t n = sizeof tests / sizeof *tests;
    for (size_t i = 0; i < n; i++) {
        tests[i].name = strdup(tests[i].name); // choose_tests frees them
        assert_non_null(tests[i].name);
    }
    if (argc == 2)
        n = choose_tests(tests, n, argv[1]);
    int failed = _cmocka_run_group_tests("scheduler", tests, n, make_folder, remove_runs);
    for (size_t i = 0; i < n; i++)
        free((char *)tests[i].name);
    return failed != 0;
}
