// summarize: from the rows of trials.tsv to one row a cell and metric in summary.tsv: the median
// over the blocks with its 95 % interval (percentiles of open loops: that of all blocks merged),
// and the ratio to the experiment's baseline, paired within blocks, with its own; and what
// experiments derive from several cells of a block.
//
// Reads nothing but the run's folder. The same trials give the same summary to the last digit.
#include "bench/analyse/derive.h"
#include "bench/analyse/distribution.h"
#include "bench/analyse/estimates.h"
#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"
#include "bench/base/experiment.h"
#include "bench/base/output.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_estimate(FILE *file, const struct estimate *e)
{
    output_number(file, e->value);
    output_number(file, e->low);
    output_number(file, e->high);
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
                      const struct estimate *ratio, const char *baseline, int validity,
                      const char *note)
{
    fprintf(section->file, "%s\t%s\t%s\t%s\t%s\t%zu", c->experiment, metric, c->model, family, c->x,
            value->n);
    print_estimate(section->file, value);
    print_estimate(section->file, ratio);
    fprintf(section->file, "\t%s\t%s\t%s\n", baseline, note, validity_names[validity]);
    section->p = realloc(section->p, (section->rows + 1) * sizeof *section->p);
    if (!section->p)
        err(1, "summary");
    section->p[section->rows++] = ratio->p;
}

static void summarize_cell(struct section *section, const struct run *run, const struct cell *c,
                           const char *family, const char *metric, const char *baseline)
{
    static const struct estimate one = {1, 1, 1, NAN, 0};
    char fault[FAULT_BYTES], note[FAULT_BYTES + 20];
    struct cell base = {c->experiment, baseline, c->x};
    struct estimate value = value_of(run, c, metric, fault),
                    ratio = ratio_of(run, c, &base, metric, RESAMPLES);
    if (strcmp(c->model, baseline) == 0)
        ratio = value.n ? one : none;
    int validity = INVALID;
    if (!*fault && measure_of(metric) == LATENCIES)
        strcpy(fault, "too few requests for such a percentile");
    if (!value.n)
        snprintf(note, sizeof note, "no valid trial%s%s", *fault ? ": " : "", fault);
    else
        validity = cell_validity(run, c, metric, value.n, note);
    print_row(section, c, metric, family, &value, &ratio, baseline, validity, note);
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
                print_row(section, &cell, metric, family, &none, &none, baseline, INVALID, status);
            else if (run_has_planned(run, &cell))
                summarize_cell(section, run, &cell, family, metric, baseline);
        }
    }
}

// What an experiment derives stands behind what it measures.
static void summarize_derived(struct section *section, const struct run *run,
                              const struct experiment *e)
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
            print_row(section, &cell, "derived", "derived", &d.value, &d.ratio, d.baseline,
                      !d.value.n                  ? INVALID
                      : strcmp(d.codes, "-") == 0 ? VALID
                                                  : SUSPECT,
                      strcmp(d.note, "-") == 0 ? d.codes : d.note);
        }
    }
}

// Only a run with open loops has one.
static void write_distribution(const char *folder, const struct run *run,
                               const struct experiment *experiments, size_t count)
{
    bool found = false;
    for (size_t i = 0; i < run->latencies.trials; i++)
        found = found || run->latencies.of[i].slots > 0;
    if (!found)
        return;
    struct output distribution = output_begin(folder, "distribution.tsv");
    fputs(DISTRIBUTION_COLUMNS "\n", distribution.file);
    for (size_t i = 0; i < count; i++)
        distribution_write(distribution.file, run, &experiments[i]);
    output_complete(&distribution);
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
    struct output doubts = output_begin(argv[1], "validity.tsv");
    reasons_write(&run, doubts.file);
    output_complete(&doubts);
    write_distribution(argv[1], &run, experiments, count);
    experiments_free(experiments, count);
    run_free(&run);
    return 0;
}
