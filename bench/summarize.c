// summarize: from the rows of trials.tsv to one row a cell and metric in summary.tsv: the median
// over the blocks with its 95 % interval, and the ratio to the experiment's baseline, paired within
// blocks, with its own; and what experiments derive from several cells of a block.
//
// Reads nothing but the run's folder. The same trials give the same summary to the last digit.
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

static void print_estimate(FILE *file, const struct estimate *e)
{
    output_number(file, e->value);
    output_number(file, e->low);
    output_number(file, e->high);
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

static const struct estimate none = {NAN, NAN, NAN, NAN, 0};

// The rows of a metric while they are computed: without their last column, for Holm's adjustment
// needs the p-values of all.
struct section {
    FILE *file;
    char *text;
    double *p;
    size_t bytes, rows;
};

static void section_begin(struct section *section)
{
    *section = (struct section){0};
    section->file = open_memstream(&section->text, &section->bytes);
    if (!section->file)
        err(1, "summary");
}

// The family of comparisons is an experiment's headline metric: all models, at all x, each with its
// baseline. Of other metrics no p-value is shown.
static void section_end(struct section *section, bool is_family, FILE *file)
{
    char *rest, *line;
    if (fclose(section->file) == EOF)
        err(1, "summary");
    if (is_family)
        holm(section->p, section->rows);
    rest = section->text;
    for (size_t row = 0; row < section->rows && (line = strsep(&rest, "\n")); row++) {
        fputs(line, file);
        output_number(file, is_family ? section->p[row] : NAN);
        fputc('\n', file);
    }
    free(section->text);
    free(section->p);
}

static void print_row(struct section *section, const struct cell *c, const char *metric,
                      const char *family, const struct estimate *value,
                      const struct estimate *ratio, const char *baseline, const char *note)
{
    fprintf(section->file, "%s\t%s\t%s\t%s\t%s\t%zu", c->experiment, metric, c->model, family, c->x,
            value->n);
    print_estimate(section->file, value);
    print_estimate(section->file, ratio);
    fprintf(section->file, "\t%s\t%s\t%s\n", baseline, note,
            !value->n                      ? "invalid"
            : strstr(note, "client-bound") ? "suspect"
                                           : "valid");
    section->p = realloc(section->p, (section->rows + 1) * sizeof *section->p);
    if (!section->p)
        err(1, "summary");
    section->p[section->rows++] = ratio->p;
}

static void summarize_cell(struct section *section, const struct run *run, const struct cell *c,
                           const char *family, const char *metric, const char *baseline)
{
    static const struct estimate one = {1, 1, 1, NAN, 0};
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
    print_row(section, c, metric, family, &median, &ratio, baseline, note);
    free(values);
    free(base_values);
}

static void summarize_metric(struct section *section, const struct run *run,
                             const struct experiment *e, const char *metric)
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
                print_row(section, &cell, metric, family, &none, &none, baseline, status);
            else if (run_has_planned(run, &cell))
                summarize_cell(section, run, &cell, family, metric, baseline);
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
        if (!run_has_planned(run, &term))
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
static bool derive(struct section *section, const struct run *run, const struct experiment *e,
                   const char *text, const char *x)
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
    print_row(section, &cell, "derived", "derived", &median, &ratio, baseline,
              !median.n                   ? "no block has all of its parts"
              : median.n < ESTIMATE_MIN_N ? "too-few"
                                          : "-");
    free(base_values);
    free(sum);
    return has_x;
}

static void summarize_derived(struct section *section, const struct run *run,
                              const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t i = 0; i < e->lines; i++) {
        char values[1024] = "-", *rest = values, *x;
        if (strcmp(e->keys[i], "derive") != 0)
            continue;
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while ((x = strsep(&rest, " ")) && !derive(section, run, e, e->values[i], x))
            ;
    }
}

int main(int argc, char **argv)
{
    struct run run;
    struct section section;
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
        while ((metric = strsep(&rest, " "))) {
            section_begin(&section);
            if (*metric)
                summarize_metric(&section, &run, &experiments[i], metric);
            section_end(&section, metric == metrics, summary.file);
        }
        section_begin(&section);
        summarize_derived(&section, &run, &experiments[i]);
        section_end(&section, false, summary.file);
    }
    output_complete(&summary);
    experiments_free(experiments, count);
    run_free(&run);
    return 0;
}
