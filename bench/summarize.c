// summarize: from the rows of trials.tsv to one row a cell and metric in summary.tsv: the median
// over the blocks with its 95 % interval, and the ratio to the experiment's baseline, paired within
// blocks, with its own; and what experiments derive from several cells of a block.
//
// Reads nothing but the run's folder. The same trials give the same summary to the last digit.
#include "bench/core/derive.h"
#include "bench/core/entrant.h"
#include "bench/core/experiment.h"
#include "bench/core/output.h"
#include "bench/core/run.h"
#include "bench/core/statistics.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Above this the driver's processor is taken for the limit of a rate: it then says more of the
// client than of the server.
static const double client_bound_load = 0.8;

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

static double middle_of(const struct run *run, const struct cell *c, const char *metric)
{
    double *values = values_of(run, c, metric, NULL);
    struct estimate e = bootstrap_median(values, run->blocks, 0, SEED);
    free(values);
    return e.value;
}

// What makes a number doubtful, as codes. Only rates are the client's as much as the server's.
static void find_codes(const struct run *run, const struct experiment *e, const struct cell *c,
                       const char *metric, bool few, char codes[64])
{
    bool rate = is_rate(metric),
         bound = rate && middle_of(run, c, "client_load") > client_bound_load,
         shared = rate && is_varied(e, "cores") && middle_of(run, c, "processors_shared") > 0;
    snprintf(codes, 64, "%s%s%s", few ? ";too-few" : "", bound ? ";client-bound" : "",
             shared ? ";shared-processor" : "");
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
    fprintf(file, "\t%s\t%s\t%s\t-\n", baseline, note,
            !value->n                                                          ? "invalid"
            : strstr(note, "client-bound") || strstr(note, "shared-processor") ? "suspect"
                                                                               : "valid");
}

static void summarize_cell(FILE *file, const struct run *run, const struct experiment *e,
                           const struct cell *c, const char *family, const char *metric)
{
    static const struct estimate one = {1, 1, 1, 0};
    const char *fault = NULL;
    char note[256], codes[64], own[64];
    const char *baseline = baseline_of(e, c->model, own);
    struct cell base = {c->experiment, baseline, c->x};
    double *values = values_of(run, c, metric, &fault),
           *base_values = values_of(run, &base, metric, NULL);
    struct estimate median = bootstrap_median(values, run->blocks, RESAMPLES, SEED);
    struct estimate ratio = bootstrap_ratio(values, base_values, run->blocks, RESAMPLES, SEED);
    if (strcmp(c->model, baseline) == 0)
        ratio = median.n ? one : none;
    find_codes(run, e, c, metric, median.n < ESTIMATE_MIN_N, codes);
    if (!median.n)
        snprintf(note, sizeof note, "no valid trial%s%s", fault ? ": " : "", fault ? fault : "");
    else
        snprintf(note, sizeof note, "%s", *codes ? codes + 1 : "-");
    print_row(file, c, metric, family, &median, &ratio, baseline, note);
    free(values);
    free(base_values);
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
            else if (run_has_planned(run, &cell))
                summarize_cell(file, run, e, &cell, family, metric);
        }
    }
}

// What an experiment derives stands behind what it measures.
static void summarize_derived(FILE *file, const struct run *run, const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t i = 0; i < e->lines; i++) {
        char values[1024] = "-", *rest = values, *x;
        struct derived d = {0};
        if (strcmp(e->keys[i], "derive") != 0)
            continue;
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while (!d.for_all_x && (x = strsep(&rest, " "))) {
            derive(run, e, e->values[i], x, &d);
            struct cell cell = {e->stem, d.name, d.for_all_x ? "-" : x};
            print_row(file, &cell, "derived", "derived", &d.value, &d.ratio, d.baseline, d.note);
        }
    }
}

int main(int argc, char **argv)
{
    struct run run;
    struct experiment *experiments;
    char path[4096];
    if (argc != 2 || argv[1][0] == '-')
        errx(2, "usage: summarize RUN_FOLDER");
    run_read(&run, argv[1]);
    snprintf(path, sizeof path, "%s/experiments", argv[1]);
    size_t count = experiments_read(path, &experiments);

    struct output summary = output_begin(argv[1], "summary.tsv");
    fputs("experiment\tmetric\tmodel\tfamily\tx\tn\tmedian\tlow\thigh\tratio\tratio_low\tratio_"
          "high\tbaseline\tnote\tvalidity\tp_holm\n",
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
    run_free(&run);
    return 0;
}
