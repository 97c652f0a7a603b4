#include "bench/analyse/choose.h"

#include "bench/analyse/estimates.h"
#include "bench/base/memory.h"
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
    const char *stem, *x, *words;
    const struct metric *metric; // NULL: its question is not in the run
    const char *per;             // from the experiment, or "-"
    const char *after_run;       // of later.h
    struct candidate candidates[MODELS];
    size_t count, best;
};

static void find_candidates(struct situation *s, const struct evidence *e)
{
    size_t measured = 0;
    for (size_t i = 0; i < e->summary->count && s->count < MODELS; i++) {
        const struct summary_row *row = e->summary->rows[i];
        struct candidate *c = &s->candidates[s->count];
        if (row->metric != s->metric || strcmp(row->cell.experiment, s->stem) != 0 ||
            strcmp(row->cell.x, s->x) != 0 || strcmp(row->family, "iterative") == 0 ||
            strcmp(row->family, "peer") == 0)
            continue;
        measured++;
        *c = (struct candidate){row->cell.model, row->family, row->value};
        if (row->validity != VALID || row->value.n < ESTIMATE_MIN_N)
            continue;
        if (is_better(s->metric, c->median.value, s->candidates[s->best].median.value))
            s->best = s->count;
        s->count++;
    }
    if (2 * s->count < measured) // too few for a best one
        s->count = 0;
}

// The place of a model relative to the best. If a count is zero there are no ratios, and the
// intervals of the medians decide.
static const char *place_of(const struct situation *s, const struct candidate *c,
                            const struct estimate *ratio)
{
    const struct estimate *best = &s->candidates[s->best].median;
    if (c == &s->candidates[s->best])
        return "best";
    if (isfinite(ratio->low) ? ratio->low <= 1 && ratio->high >= 1
                             : c->median.low <= best->high && c->median.high >= best->low)
        return "about the same";
    return strcmp(c->name, "fork") == 0 ? "worse" : NULL;
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
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%zu", s->words, s->stem, s->x,
                s->metric->name, s->per, c->name, c->family, place, c->median.n);
        output_number(file, c->median.value);
        output_number(file, c->median.low);
        output_number(file, c->median.high);
        output_number(file, ratio.value);
        output_number(file, ratio.low);
        output_number(file, ratio.high);
        fprintf(file, "\t%s\n", s->after_run);
    }
}

static const char *get(const struct experiment *e, const char *key)
{
    const char *value = e ? experiment_get(e, key) : NULL;
    return value ? value : "-";
}

static void choose_one(const struct evidence *evidence, const struct experiment *asked,
                       const char *after_run, FILE *file)
{
    static struct situation s;
    s.count = s.best = 0;
    s.stem = experiment_need(asked, "experiment");
    s.x = get(asked, "x");
    s.after_run = after_run;
    s.words = experiment_need(asked, "sentence");
    const struct experiment *e = experiment_find(evidence->experiments, evidence->count, s.stem);
    s.metric = e ? experiment_headline_metric(e) : NULL;
    s.per = get(e, "per");
    if (e)
        find_candidates(&s, evidence);
    if (s.count)
        print_candidates(file, evidence->run, &s);
    else
        fprintf(file, "%s\t%s\t%s\t%s\t%s\t-\t-\t%s\t0\t-\t-\t-\t-\t-\t-\t%s\n", s.words, s.stem,
                s.x, e ? s.metric->name : "-", s.per, e ? "no valid number" : "not measured",
                after_run);
}

static int compare_places(const void *a, const void *b, void *of)
{
    const struct confs *situations = of;
    double left = experiment_number(situations->all[*(const size_t *)a], "place"),
           right = experiment_number(situations->all[*(const size_t *)b], "place");
    return (left > right) - (left < right);
}

void choose(const struct evidence *evidence, const struct confs *situations, FILE *file)
{
    size_t *order = memory_for(situations->count, sizeof *order);
    for (size_t i = 0; i < situations->count; i++)
        order[i] = i;
    qsort_r(order, situations->count, sizeof *order, compare_places, (void *)situations);
    fputs("situation\texperiment\tx\tmetric\tper\tmodel\tfamily\tplace\tblocks\tmedian\tlow\thigh\t"
          "ratio"
          "\tratio_low\tratio_high\tafter_run\n",
          file);
    for (size_t i = 0; i < situations->count; i++)
        choose_one(evidence, situations->all[order[i]], after_run(situations, order[i]), file);
    free(order);
}
