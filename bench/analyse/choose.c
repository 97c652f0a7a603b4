// choose: which models do best in which situation? Reads the situations
// (bench/questions/situations.conf), the trials and the summary, and writes chooser.tsv: for each
// situation the model with the best median, all that could not be told apart from it, and fork,
// with ratios to the best.
//
// Ratios are taken within blocks; numbers without an interval, suspect or invalid ones decide
// nothing, and where half of the models have no others nobody is best. Who serves one client after
// the other, and the peers, are no choice here: the first is the base to read the others against,
// the second are libraries.
#include "bench/analyse/estimates.h"
#include "bench/analyse/summary.h"
#include "bench/base/output.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 256 };

struct candidate {
    const char *name, *family;
    struct estimate median;
};

struct situation {
    char stem[64], x[64], words[128];
    const char *metric, *quantity, *unit, *per; // the last three as the experiment has them, or "-"
    struct candidate candidates[MODELS];
    size_t count, best;
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static bool is_better(const char *metric, double a, double b)
{
    bool more_is_better = ends_with(metric, "_per_s") || ends_with(metric, "_percent");
    return more_is_better ? a > b : a < b;
}

static bool is_valid(const struct table *summary, const struct cell *c, const char *metric)
{
    long row = summary_row(summary, c, metric);
    return row >= 0 && strcmp(table_text(summary, (size_t)row, table_column(summary, "validity")),
                              "valid") == 0;
}

static void find_candidates(struct situation *s, const struct run *run, const struct table *summary)
{
    size_t asked = 0;
    for (size_t row = 0; row < run->models.rows && s->count < MODELS; row++) {
        struct candidate *c = &s->candidates[s->count];
        c->name = table_text(&run->models, row, run->model_name);
        c->family = table_text(&run->models, row, run->model_family);
        struct cell cell = {s->stem, c->name, s->x};
        if (strcmp(table_text(&run->models, row, run->model_experiment), s->stem) != 0 ||
            strcmp(c->family, "iterative") == 0 || strcmp(c->family, "peer") == 0 ||
            summary_row(summary, &cell, s->metric) < 0)
            continue;
        asked++;
        if (!is_valid(summary, &cell, s->metric))
            continue;
        c->median = value_of(run, &cell, s->metric, NULL);
        if (c->median.n < ESTIMATE_MIN_N)
            continue;
        if (is_better(s->metric, c->median.value, s->candidates[s->best].median.value))
            s->best = s->count;
        s->count++;
    }
    if (2 * s->count < asked) // too few of them to say who is best
        s->count = 0;
}

// How a model stands to the best; where a count is zero there are no ratios, and the intervals of
// the medians decide.
static const char *place_of(const struct situation *s, const struct candidate *c,
                            const struct estimate *ratio)
{
    const struct estimate *best = &s->candidates[s->best].median;
    if (c == &s->candidates[s->best])
        return "best";
    if (isfinite(ratio->low) ? ratio->low <= 1 && ratio->high >= 1
                             : c->median.low <= best->high && c->median.high >= best->low)
        return "not told apart";
    return strcmp(c->name, "fork") == 0 ? "behind" : NULL;
}

static void print_candidates(FILE *file, const struct run *run, const struct situation *s)
{
    const struct cell best = {s->stem, s->candidates[s->best].name, s->x};
    for (size_t i = 0; i < s->count; i++) {
        const struct candidate *c = &s->candidates[i];
        const struct cell cell = {s->stem, c->name, s->x};
        struct estimate ratio = ratio_of(run, &cell, &best, s->metric, RESAMPLES);
        const char *place = place_of(s, c, &ratio);
        if (!place)
            continue;
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%zu", s->words, s->stem, s->x,
                s->metric, s->quantity, s->unit, s->per, c->name, c->family, place, c->median.n);
        output_number(file, c->median.value);
        output_number(file, c->median.low);
        output_number(file, c->median.high);
        output_number(file, ratio.value);
        output_number(file, ratio.low);
        output_number(file, ratio.high);
        fputc('\n', file);
    }
}

static const char *get(const struct experiment *e, const char *key)
{
    const char *value = e ? experiment_get(e, key) : NULL;
    return value ? value : "-";
}

static void choose(FILE *file, const struct run *run, const struct table *summary,
                   const struct experiment *experiments, size_t count, const char *text)
{
    static struct situation s;
    s.count = s.best = 0;
    if (sscanf(text, "%63s %63s %127[^\n]", s.stem, s.x, s.words) != 3)
        errx(1, "situation '%s' is not: EXPERIMENT X WORDS", text);
    const struct experiment *e = experiment_find(experiments, count, s.stem);
    s.metric = e ? experiment_need(e, "metric") : "-";
    s.quantity = get(e, "quantity");
    s.unit = e ? experiment_unit(e, s.metric) : "-";
    s.per = get(e, "per");
    if (e)
        find_candidates(&s, run, summary);
    if (s.count)
        print_candidates(file, run, &s);
    else
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t-\t-\t%s\t0\t-\t-\t-\t-\t-\t-\n", s.words,
                s.stem, s.x, s.metric, s.quantity, s.unit, s.per,
                e ? "no number decides it" : "not asked");
}

int main(int argc, char **argv)
{
    struct run run;
    struct table summary;
    struct experiment *experiments, situations;
    char path[4096];
    if (argc != 3 || argv[1][0] == '-')
        errx(2, "usage: choose SITUATIONS_FILE RUN_FOLDER");
    run_read(&run, argv[2]);
    snprintf(path, sizeof path, "%s/experiments", argv[2]);
    size_t count = experiments_read(path, &experiments);
    summary_read(&summary, argv[2]);
    experiment_read(argv[1], &situations);

    struct output chooser = output_begin(argv[2], "chooser.tsv");
    fputs("situation\texperiment\tx\tmetric\tquantity\tunit\tper\tmodel\tfamily\tplace\tblocks\tmed"
          "ian\t"
          "low\thigh\tratio"
          "\tratio_low\tratio_high\n",
          chooser.file);
    for (size_t i = 0; i < situations.lines; i++)
        choose(chooser.file, &run, &summary, experiments, count, situations.values[i]);
    output_complete(&chooser);
    experiment_free(&situations);
    experiments_free(experiments, count);
    table_free(&summary);
    run_free(&run);
    return 0;
}
