#include "bench/core/run.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_cell(const struct cell *c, const char *experiment, const char *model, const char *x)
{
    return strcmp(c->experiment, experiment) == 0 && strcmp(c->model, model) == 0 &&
           strcmp(c->x, x) == 0;
}

bool run_has_planned(const struct run *run, const struct cell *c)
{
    size_t experiment = table_column(&run->plan, "experiment"),
           model = table_column(&run->plan, "model");
    size_t x = table_column(&run->plan, "x"), block = table_column(&run->plan, "block");
    for (size_t row = 0; row < run->plan.rows && table_number(&run->plan, row, block) == 1; row++)
        if (is_cell(c, table_text(&run->plan, row, experiment), table_text(&run->plan, row, model),
                    table_text(&run->plan, row, x)))
            return true;
    return false;
}

double *values_of(const struct run *run, const struct cell *c, const char *metric,
                  const char **fault)
{
    size_t column = table_column(&run->trials, metric);
    double *values = calloc(run->blocks, sizeof *values);
    if (!values)
        err(1, "values");
    for (size_t block = 0; block < run->blocks; block++)
        values[block] = NAN;
    for (size_t row = 0; row < run->trials.rows; row++) {
        const struct table *t = &run->trials;
        if (!is_cell(c, table_text(t, row, run->trial_experiment),
                     table_text(t, row, run->trial_model), table_text(t, row, run->trial_x)))
            continue;
        size_t block = (size_t)table_number(t, row, run->trial_block);
        if (block < 1 || block > run->blocks)
            errx(1, "%s:%zu: no block %zu in the plan", t->path, row + 2, block);
        if (strcmp(table_text(t, row, run->trial_status), "ok") == 0)
            values[block - 1] = table_number(t, row, column);
        else if (fault)
            *fault = table_text(t, row, run->trial_status);
    }
    return values;
}

const char *baseline_of(const struct experiment *e, const char *model, char own[64])
{
    const char *baseline = experiment_need(e, "baseline");
    char name[64];
    if (strcmp(baseline, "own") != 0)
        return baseline;
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "variant") == 0 &&
            sscanf(e->values[i], "%63s %63s", name, own) == 2 && strcmp(name, model) == 0)
            return own;
    return model;
}

void run_read(struct run *run, const char *folder)
{
    static char plan[4096], models[4096], trials[4096];
    snprintf(plan, sizeof plan, "%s/plan.tsv", folder);
    snprintf(models, sizeof models, "%s/models.tsv", folder);
    snprintf(trials, sizeof trials, "%s/trials.tsv", folder);
    if (access(plan, R_OK) < 0)
        errx(1, "%s is not a run: it has no plan.tsv", folder);
    table_read(&run->plan, plan);
    table_read(&run->models, models);
    table_read(&run->trials, trials);
    if (!run->plan.rows || !run->trials.rows)
        errx(1, "%s: nothing was measured yet", folder);
    run->blocks =
        (size_t)table_number(&run->plan, run->plan.rows - 1, table_column(&run->plan, "block"));
    run->model_experiment = table_column(&run->models, "experiment");
    run->model_name = table_column(&run->models, "name");
    run->model_family = table_column(&run->models, "family");
    run->model_status = table_column(&run->models, "status");
    run->trial_block = table_column(&run->trials, "block");
    run->trial_experiment = table_column(&run->trials, "experiment");
    run->trial_model = table_column(&run->trials, "model");
    run->trial_x = table_column(&run->trials, "x");
    run->trial_status = table_column(&run->trials, "status");
}

void run_free(struct run *run)
{
    table_free(&run->plan);
    table_free(&run->models);
    table_free(&run->trials);
}
