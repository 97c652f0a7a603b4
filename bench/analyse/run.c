#include "bench/analyse/run.h"

#include "bench/analyse/validity.h"
#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_cells(const struct index *index, size_t row, const struct cell *c)
{
    int order = strcmp(table_text(index->table, row, index->experiment), c->experiment);
    if (!order)
        order = strcmp(table_text(index->table, row, index->model), c->model);
    return order ? order : strcmp(table_text(index->table, row, index->x), c->x);
}

static int compare_rows(const void *left, const void *right, void *of)
{
    const size_t *a = left, *b = right;
    const struct index *index = of;
    struct cell c = {table_text(index->table, *b, index->experiment),
                     table_text(index->table, *b, index->model),
                     table_text(index->table, *b, index->x)};
    int order = compare_cells(index, *a, &c);
    return order ? order : (*a > *b) - (*a < *b);
}

static struct index index_rows(const struct table *table)
{
    const size_t rows = table->rows;
    struct index index = {table,
                          table_column(table, "experiment"),
                          table_column(table, "model"),
                          table_column(table, "x"),
                          calloc(rows, sizeof *index.rows),
                          rows};
    if (!index.rows)
        err(1, "%s", table->path);
    for (size_t i = 0; i < rows; i++)
        index.rows[i] = i;
    qsort_r(index.rows, rows, sizeof *index.rows, compare_rows, &index);
    return index;
}

// The position in the index where the rows of a cell begin, or would begin.
static size_t index_begin(const struct index *index, const struct cell *c)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_cells(index, index->rows[middle], c) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t index_end(const struct index *index, const struct cell *c, size_t begin)
{
    while (begin < index->count && compare_cells(index, index->rows[begin], c) == 0)
        begin++;
    return begin;
}

// dropped.tsv has whole questions, and single cells.
static bool is_dropped(const struct run *run, const struct cell *c)
{
    const struct table *t = &run->dropped;
    for (size_t row = 0; t->text && row < t->rows; row++)
        if (strcmp(table_text(t, row, 0), c->experiment) == 0 &&
            (strcmp(table_text(t, row, 1), "-") == 0 ||
             (strcmp(table_text(t, row, 1), c->model) == 0 &&
              strcmp(table_text(t, row, 2), c->x) == 0)))
            return true;
    return false;
}

bool run_has_planned(const struct run *run, const struct cell *c)
{
    if (is_dropped(run, c))
        return false;
    size_t begin = index_begin(&run->planned, c);
    return index_end(&run->planned, c, begin) > begin;
}

const char *run_family(const struct run *run, const struct cell *c)
{
    for (size_t row = 0; row < run->models.rows; row++)
        if (strcmp(table_text(&run->models, row, run->model_experiment), c->experiment) == 0 &&
            strcmp(table_text(&run->models, row, run->model_name), c->model) == 0)
            return table_text(&run->models, row, run->model_family);
    return "-";
}

const size_t *run_trials(const struct run *run, const struct cell *c, size_t *count)
{
    size_t begin = index_begin(&run->by_cell, c);
    *count = index_end(&run->by_cell, c, begin) - begin;
    return run->by_cell.rows + begin;
}

double run_trial_s(const struct run *run, const struct cell *c)
{
    size_t count, wall = table_column(&run->trials, "wall_s");
    const size_t *rows = run_trials(run, c, &count);
    double sum_s = 0;
    for (size_t i = 0; i < count; i++)
        sum_s += table_number(&run->trials, rows[i], wall);
    return sum_s / (double)count;
}

size_t run_trial_number(const struct run *run, size_t row)
{
    double number = table_number(&run->trials, row, run->trial_number);
    if (!(number >= 1 && number <= (double)run->plan.rows))
        errx(1, "%s:%zu: not a trial of this plan", run->trials.path, row + 2);
    return (size_t)number;
}

// Reads and judges every trial. A metric that the run does not have yet is NAN in all of them.
static void judge_trials(struct run *run)
{
    const struct table *t = &run->trials;
    size_t columns[METRIC_COUNT], status = table_column(t, "status");
    run->judged = memory_for(t->rows, sizeof *run->judged);
    for (int i = 0; i < METRIC_COUNT; i++)
        columns[i] = table_has(t, metrics[i].name) ? table_column(t, metrics[i].name) : t->columns;
    for (size_t row = 0; row < t->rows; row++) {
        struct judged_trial *trial = &run->judged[row];
        for (int i = 0; i < METRIC_COUNT; i++)
            trial->values[i] = columns[i] < t->columns ? table_number(t, row, columns[i]) : NAN;
        trial->status = table_text(t, row, status);
        trial->validity = trial_validity(trial->values, trial->status, &trial->reasons);
    }
}

void run_read(struct run *run, const char *folder)
{
    static char plan[4096], models[4096], trials[4096], dropped[4096];
    snprintf(plan, sizeof plan, "%s/plan.tsv", folder);
    snprintf(models, sizeof models, "%s/models.tsv", folder);
    snprintf(trials, sizeof trials, "%s/trials.tsv", folder);
    if (!table_exists(plan))
        errx(1, "%s is not a run: it has no plan.tsv", folder);
    table_read(&run->plan, plan);
    table_read(&run->models, models);
    table_read(&run->trials, trials);
    snprintf(dropped, sizeof dropped, "%s/dropped.tsv", folder);
    run->dropped = (struct table){0};
    if (table_exists(dropped)) // not before a run is complete
        table_read(&run->dropped, dropped);
    if (!run->plan.rows || !run->trials.rows)
        errx(1, "%s: nothing was measured yet", folder);
    run->blocks =
        (size_t)table_number(&run->plan, run->plan.rows - 1, table_column(&run->plan, "block"));
    run->planned = index_rows(&run->plan);
    run->by_cell = index_rows(&run->trials);
    latencies_read(&run->latencies, folder, run->plan.rows);
    run->model_experiment = table_column(&run->models, "experiment");
    run->model_name = table_column(&run->models, "name");
    run->model_family = table_column(&run->models, "family");
    run->model_status = table_column(&run->models, "status");
    run->trial_block = table_column(&run->trials, "block");
    run->trial_number = table_column(&run->trials, "trial");
    judge_trials(run);
}

void run_cut(struct run *run, size_t rows)
{
    run->plan.rows = run->trials.rows = rows;
    run->dropped.rows = 0;
    run->blocks = (size_t)table_number(&run->plan, rows - 1, table_column(&run->plan, "block"));
    free(run->planned.rows);
    free(run->by_cell.rows);
    run->planned = index_rows(&run->plan);
    run->by_cell = index_rows(&run->trials);
}

void run_free(struct run *run)
{
    free(run->planned.rows);
    free(run->by_cell.rows);
    free(run->judged);
    table_free(&run->plan);
    table_free(&run->models);
    table_free(&run->trials);
    table_free(&run->dropped);
    latencies_free(&run->latencies);
}
