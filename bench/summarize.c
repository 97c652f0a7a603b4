// summarize: from the rows of trials.tsv to one row a cell and metric in summary.tsv: the median
// over the blocks with its 95 % interval, and the ratio to the experiment's baseline, paired within
// blocks, with its own; and what experiments derive from several cells of a block.
//
// Reads nothing but the run's folder. The same trials give the same summary to the last digit.
#include "bench/core/experiment.h"
#include "bench/core/output.h"
#include "bench/core/statistics.h"
#include "bench/core/table.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESAMPLES = 10000, SEED = 1 };

// Above this the driver's processor is taken for the limit of a rate: it then says more of the
// client than of the server.
static const double client_bound_load = 0.8;

struct run {
    struct table plan, models, trials;
    size_t blocks; // numbered from 1
    size_t model_experiment, model_name, model_family, model_status;
    size_t trial_block, trial_experiment, trial_model, trial_x, trial_status;
};

struct cell {
    const char *experiment, *model, *x;
};

static bool is_cell(const struct cell *c, const char *experiment, const char *model, const char *x)
{
    return strcmp(c->experiment, experiment) == 0 && strcmp(c->model, model) == 0 &&
           strcmp(c->x, x) == 0;
}

// A metric's value in each block, NAN where there is no valid one. fault becomes what went wrong
// last, if anything did.
static double *values_of(const struct run *run, const struct cell *c, const char *metric,
                         const char **fault)
{
    size_t column = table_column(&run->trials, metric);
    double *values = calloc(run->blocks, sizeof *values);
    if (!values)
        err(1, "summary");
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

static void print_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "\t%.6g", value);
    else
        fputs("\t-", file);
}

static void print_estimate(FILE *file, const struct estimate *e)
{
    print_number(file, e->value);
    print_number(file, e->low);
    print_number(file, e->high);
}

static bool is_rate(const char *metric)
{
    size_t length = strlen(metric);
    return length > 6 && strcmp(metric + length - 6, "_per_s") == 0;
}

static bool is_client_bound(const struct run *run, const struct cell *c, const char *metric)
{
    if (!is_rate(metric))
        return false;
    double *load = values_of(run, c, "client_load", NULL);
    struct estimate e = bootstrap_median(load, run->blocks, 0, SEED);
    free(load);
    return e.value > client_bound_load;
}

static const struct estimate none = {NAN, NAN, NAN, 0};

static void print_row(FILE *file, const struct cell *c, const char *metric, const char *family,
                      const struct estimate *value, const struct estimate *ratio,
                      const char *baseline, const char *note)
{
    fprintf(file, "%s\t%s\t%s\t%s\t%s\t%zu", c->experiment, metric, c->model, family, c->x,
            value->n);
    print_estimate(file, value);
    print_estimate(file, ratio);
    fprintf(file, "\t%s\t%s\n", baseline, note);
}

static void summarize_cell(FILE *file, const struct run *run, const struct cell *c,
                           const char *family, const char *metric, const char *baseline)
{
    static const struct estimate one = {1, 1, 1, 0};
    const char *fault = NULL;
    char note[256];
    struct cell base = {c->experiment, baseline, c->x};
    double *values = values_of(run, c, metric, &fault),
           *base_values = values_of(run, &base, metric, NULL);
    struct estimate median = bootstrap_median(values, run->blocks, RESAMPLES, SEED);
    struct estimate ratio = bootstrap_ratio(values, base_values, run->blocks, RESAMPLES, SEED);
    if (strcmp(c->model, baseline) == 0)
        ratio = median.n ? one : none;
    bool few = median.n < ESTIMATE_MIN_N, bound = is_client_bound(run, c, metric);
    if (!median.n)
        snprintf(note, sizeof note, "no valid trial%s%s", fault ? ": " : "", fault ? fault : "");
    else
        snprintf(note, sizeof note, "%s%s%s",
                 few     ? "too-few"
                 : bound ? ""
                         : "-",
                 few && bound ? ";" : "", bound ? "client-bound" : "");
    print_row(file, c, metric, family, &median, &ratio, baseline, note);
    free(values);
    free(base_values);
}

static bool is_planned(const struct run *run, const struct cell *c)
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

// What a model is compared with: the experiment's baseline; where that is "own", a variant with the
// program that it is a variant of, and everybody else with itself.
static const char *baseline_of(const struct experiment *e, const char *model, char own[64])
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

static void summarize_metric(FILE *file, const struct run *run, const struct experiment *e,
                             const char *metric)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t row = 0; row < run->models.rows; row++) {
        const char *model = table_text(&run->models, row, run->model_name);
        const char *family = table_text(&run->models, row, run->model_family);
        const char *status = table_text(&run->models, row, run->model_status);
        char values[1024] = "-", *rest = values, *x, own[64];
        if (strcmp(table_text(&run->models, row, run->model_experiment), e->stem) != 0)
            continue;
        const char *baseline = baseline_of(e, model, own);
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while ((x = strsep(&rest, " "))) {
            struct cell cell = {e->stem, model, x};
            if (strcmp(status, "ok") != 0)
                print_row(file, &cell, metric, family, &none, &none, baseline, status);
            else if (is_planned(run, &cell))
                summarize_cell(file, run, &cell, family, metric, baseline);
        }
    }
}

// Adds one term of a derived quantity to its value in each block: MODEL, MODEL@X or
// EXPERIMENT:MODEL:METRIC (of the same x where that experiment has it). Returns whether the term
// names an x.
static bool add_term(const struct run *run, const struct cell *c, const char *metric,
                     const char *text, double sign, double *sum)
{
    char experiment[64], model[64], other_metric[64], x[64];
    struct cell term = {c->experiment, model, c->x};
    bool has_x = false;
    if (sscanf(text, "%63[^:]:%63[^:]:%63s", experiment, model, other_metric) == 3) {
        term.experiment = experiment;
        metric = other_metric;
        if (!is_planned(run, &term))
            term.x = "-";
    } else if (sscanf(text, "%63[^@]@%63s", model, x) == 2) {
        term.x = x;
        has_x = true;
    }
    double *values = values_of(run, &term, metric, NULL);
    for (size_t block = 0; block < run->blocks; block++)
        sum[block] += sign * values[block];
    free(values);
    return has_x;
}

// One row of a derived quantity (bench/experiments/README.md), which has the headline metric's
// unit. Where something is taken off, its ratio is the median of its shares of the baseline: a
// difference may be negative, and has no logarithm then. Returns whether it stands for all x.
static bool derive(FILE *file, const struct run *run, const struct experiment *e, const char *text,
                   const char *x)
{
    char words[1024], *rest = words, *word, own[64];
    double *sum = calloc(run->blocks, sizeof *sum), sign = 1;
    bool differs = false, has_x = false;
    const char *metric = experiment_need(e, "metric");
    if (!sum)
        err(1, "summary");
    snprintf(words, sizeof words, "%s", text);
    struct cell cell = {e->stem, strsep(&rest, " "), x};
    while ((word = strsep(&rest, " "))) {
        if (strcmp(word, "+") == 0 || strcmp(word, "-") == 0) {
            sign = *word == '-' ? -1 : 1;
            differs = differs || *word == '-';
        } else if (strcmp(word, "/") == 0 && rest) {
            double divisor = strtod(rest, NULL);
            for (size_t block = 0; block < run->blocks; block++)
                sum[block] /= divisor;
            rest = NULL;
        } else if (*word) {
            has_x = add_term(run, &cell, metric, word, sign, sum) || has_x;
        }
    }
    if (has_x)
        cell.x = "-";
    const char *baseline = baseline_of(e, cell.model, own);
    struct cell base = {e->stem, baseline, cell.x};
    double *base_values = values_of(run, &base, metric, NULL);
    struct estimate median = bootstrap_median(sum, run->blocks, RESAMPLES, SEED);
    struct estimate ratio = bootstrap_ratio(sum, base_values, run->blocks, RESAMPLES, SEED);
    if (differs) {
        for (size_t block = 0; block < run->blocks; block++)
            sum[block] /= base_values[block];
        ratio = bootstrap_median(sum, run->blocks, RESAMPLES, SEED);
    }
    print_row(file, &cell, "derived", "derived", &median, &ratio, baseline,
              !median.n                   ? "no block has all of its parts"
              : median.n < ESTIMATE_MIN_N ? "too-few"
                                          : "-");
    free(base_values);
    free(sum);
    return has_x;
}

static void summarize_derived(FILE *file, const struct run *run, const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t i = 0; i < e->lines; i++) {
        char values[1024] = "-", *rest = values, *x;
        if (strcmp(e->keys[i], "derive") != 0)
            continue;
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while ((x = strsep(&rest, " ")) && !derive(file, run, e, e->values[i], x))
            ;
    }
}

static void read_run(const char *folder, struct run *run)
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

int main(int argc, char **argv)
{
    struct run run;
    struct experiment *experiments;
    char path[4096];
    if (argc != 2 || argv[1][0] == '-')
        errx(2, "usage: summarize RUN_FOLDER");
    read_run(argv[1], &run);
    snprintf(path, sizeof path, "%s/experiments", argv[1]);
    size_t count = experiments_read(path, &experiments);

    struct output summary = output_begin(argv[1], "summary.tsv");
    fputs("experiment\tmetric\tmodel\tfamily\tx\tn\tmedian\tlow\thigh\tratio\tratio_low\tratio_"
          "high\tbaseline\tnote\n",
          summary.file);
    for (size_t i = 0; i < count; i++) {
        char metrics[1024], *rest = metrics, *metric;
        const char *also = experiment_get(&experiments[i], "also");
        snprintf(metrics, sizeof metrics, "%s %s", experiment_need(&experiments[i], "metric"),
                 also ? also : "");
        while ((metric = strsep(&rest, " ")))
            if (*metric)
                summarize_metric(summary.file, &run, &experiments[i], metric);
        summarize_derived(summary.file, &run, &experiments[i]);
    }
    output_complete(&summary);
    experiments_free(experiments, count);
    table_free(&run.plan);
    table_free(&run.models);
    table_free(&run.trials);
    return 0;
}
