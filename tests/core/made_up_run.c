#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/core/made_up_run.h"

#include "bench/analyse/run.h"
#include "bench/base/experiment.h"
#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/base/random.h"
#include "bench/measure/plan/blocks.h"
#include "bench/measure/plan/cells.h"
#include "bench/measure/plan/headline.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/trials.h"
#include "tests/core/files.h"
#include "tests/core/part.h"

#include <ftw.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// In the runs whose costs are kept, the ratio of two neighbours varies about half as much as two
// unrelated cells of their spread would: they share what the machine does meanwhile.
static const double own_part = 0.5;
const struct machine still = {0, 0, 0}, usual = {0.09, 4e-4, 0.03}, recorded = {0.09, 4e-4, 0};
static const double wander_kept = 0.93; // from one trial to the next

const char *path_in(const struct run_made_up *r, const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    return path;
}

FILE *begin(const struct run_made_up *r, const char *name)
{
    FILE *file = fopen(path_in(r, name), "we");
    assert_non_null(file);
    return file;
}

void write_conf(const struct run_made_up *r, const char *folder, const char *stem, const char *text)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s.conf", folder, stem);
    FILE *file = begin(r, name);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void make(const struct run_made_up *r, const char *folder)
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

void begin_run(struct run_made_up *r)
{
    *r = (struct run_made_up){0};
    snprintf(r->folder, sizeof r->folder, "%s/run", files_folder);
    remove_all(r->folder); // of a test that failed
    make(r, "");
    make(r, "experiments");
}

void end_run(struct run_made_up *r)
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
void measure(struct run_made_up *r)
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

bool choose(struct run_made_up *r)
{
    return scheduler_choose(r->scheduler, r->folder, r->budget_s, r->chosen) > 0;
}

// The rules are what is tested, not the bootstrap, which would take half of the time.
void read_scheduler(struct run_made_up *r)
{
    r->scheduler = scheduler_read(r->folder);
    scheduler_resample(r->scheduler, getenv("DEEP") ? RESAMPLES : 1000);
}

// Plans and carries out the first block.
void start(struct run_made_up *r, const struct machine *machine, double budget_s, uint64_t seed)
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
    read_scheduler(r);
    assert_int_equal(scheduler_cells(r->scheduler), r->count);
    assert_true(scheduler_choose_first(r->scheduler, r->chosen) > 0);
    measure(r);
}

void finish(struct run_made_up *r)
{
    while (choose(r))
        measure(r);
}

// ---- small runs -------------------------------------------------------------------------------

static const char first_conf[] = "priority 1\nmetric server_cpu_us_per_connection\nbaseline base\n"
                                 "headline head\n",
                  second_conf[] = "priority 2\nmetric server_cpu_us_per_connection\nbaseline base\n"
                                  "headline head\n";

void two_questions(struct run_made_up *r, double cost_s)
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

void add_cell(struct run_made_up *r, const char *experiment, const char *model, double spread,
              double cost_s)
{
    assert_true(r->count < MAX_CELLS);
    r->truths[r->count++] =
        (struct truth){experiment, model, "-", .value = 15, .spread = spread, .cost_s = cost_s};
}

void set_pair(struct run_made_up *r, size_t base, double spread, double cost_s)
{
    r->truths[base].spread = r->truths[base + 1].spread = spread;
    r->truths[base].cost_s = r->truths[base + 1].cost_s = cost_s;
}

// ---- what was dropped -------------------------------------------------------------------------

void read_dropped(struct run_made_up *r, struct dropped *d)
{
    scheduler_write_dropped(r->scheduler, r->folder);
    snprintf(d->path, sizeof d->path, "%s/dropped.tsv", r->folder);
    table_read(&d->table, d->path);
    assert_string_equal(d->table.cells[0], "experiment");
}

double minutes_of(const struct dropped *d, const char *experiment, const char *model, const char *x)
{
    for (size_t row = 0; row < d->table.rows; row++)
        if (strcmp(table_text(&d->table, row, 0), experiment) == 0 &&
            strcmp(table_text(&d->table, row, 1), model) == 0 &&
            strcmp(table_text(&d->table, row, 2), x) == 0) {
            double minutes = table_number(&d->table, row, table_column(&d->table, "minutes"));
            return isnan(minutes) ? 0 : minutes;
        }
    return NAN;
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

void as_recorded(struct run_made_up *r, struct table *costs, const char *path, double times)
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

// ---- the program ------------------------------------------------------------------------------

static int remove_runs(void **unused)
{
    (void)unused;
    return remove_all(files_folder) ? 0 : -1;
}

int run_made_up_tests(const char *name, struct CMUnitTest *tests, size_t n, int argc, char **argv)
{
    for (size_t i = 0; i < n; i++) {
        tests[i].name = strdup(tests[i].name); // choose_tests frees them
        assert_non_null(tests[i].name);
    }
    if (argc == 2)
        n = choose_tests(tests, n, argv[1]);
    int failed = _cmocka_run_group_tests(name, tests, n, make_folder, remove_runs);
    for (size_t i = 0; i < n; i++)
        free((char *)tests[i].name);
    return failed != 0;
}
