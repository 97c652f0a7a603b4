#include "bench/analyse/choose.h"

#include "bench/analyse/best.h"
#include "bench/analyse/estimates.h"
#include "bench/analyse/verdict.h"
#include "bench/base/family.h"
#include "bench/base/memory.h"
#include "bench/base/output.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODELS = 256, BEST_RESAMPLES = 2000 };

struct candidate {
    const struct summary_row *row;
    struct standing standing; // only of usable ones
};

struct situation {
    const char *stem, *x, *words;
    const struct metric *metric; // NULL: its question is not in the run
    const char *per;             // from the experiment, or "-"
    const char *after_run;       // of later.h
    bool has_ratios;             // otherwise standings are differences
    struct candidate candidates[MODELS];
    size_t count, usable; // the usable ones are first
};

static bool is_usable(const struct summary_row *row)
{
    return row->validity == VALID && row->value.n >= ESTIMATE_MIN_N;
}

static void find_candidates(struct situation *s, const struct evidence *e)
{
    for (size_t i = 0; i < e->summary->count && s->count < MODELS; i++) {
        const struct summary_row *row = e->summary->rows[i];
        if (row->metric != s->metric || strcmp(row->cell.experiment, s->stem) != 0 ||
            strcmp(row->cell.x, s->x) != 0 || !family_competes(row->family))
            continue;
        s->candidates[s->count++].row = row;
        if (!is_usable(row))
            continue;
        s->candidates[s->count - 1].row = s->candidates[s->usable].row;
        s->candidates[s->usable++].row = row;
    }
    if (2 * s->usable < s->count) // too few for a best one
        s->usable = 0;
}

// Turns a candidate's values into logarithms, negative if more is better, or else limits them:
// what never comes is later than anything that does.
static void make_costs(const struct situation *s, double *values, size_t blocks)
{
    const double sign = s->metric->better == MORE ? -1 : 1, never = 1e15;
    for (size_t block = 0; block < blocks; block++)
        if (!isnan(values[block]))
            values[block] =
                sign * (s->has_ratios ? log(values[block]) : fmin(values[block], never));
}

static void compare_values(struct situation *s, const struct run *run, struct standing *standings)
{
    double *costs = memory_for(s->usable * run->blocks, sizeof *costs);
    s->has_ratios = true;
    for (size_t i = 0; i < s->usable; i++) {
        double *values = values_of(run, &s->candidates[i].row->cell, s->metric, NULL);
        for (size_t block = 0; block < run->blocks; block++) {
            costs[i * run->blocks + block] = values[block];
            if (values[block] <= 0 || isinf(values[block]))
                s->has_ratios = false;
        }
        free(values);
    }
    make_costs(s, costs, s->usable * run->blocks);
    best_of_values(costs, s->usable, run->blocks, BEST_RESAMPLES, SEED, standings);
    free(costs);
}

// Merged histograms have no value per block.
static void compare_merged(struct situation *s, const struct run *run, struct standing *standings)
{
    struct estimate *pairs = memory_for(s->usable * s->usable, sizeof *pairs);
    s->has_ratios = true;
    for (size_t i = 0; i < s->usable; i++)
        for (size_t j = 0; j < i; j++) {
            struct estimate e = ratio_of(run, &s->candidates[i].row->cell,
                                         &s->candidates[j].row->cell, s->metric, RESAMPLES);
            double value = log(e.value), low = log(e.low), high = log(e.high);
            pairs[i * s->usable + j] =
                (struct estimate){.value = value, .low = low, .high = high, .n = e.n};
            pairs[j * s->usable + i] =
                (struct estimate){.value = -value, .low = -high, .high = -low, .n = e.n};
        }
    best_of_pairs(pairs, s->usable, standings);
    free(pairs);
}

static int compare_standings(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    double l = left->standing.distance, r = right->standing.distance;
    return l != r ? (l > r) - (l < r) : strcmp(left->row->cell.model, right->row->cell.model);
}

static void find_best(struct situation *s, const struct run *run)
{
    struct standing *standings = memory_for(s->usable, sizeof *standings);
    if (is_merged(run, &s->candidates[0].row->cell, s->metric))
        compare_merged(s, run, standings);
    else
        compare_values(s, run, standings);
    for (size_t i = 0; i < s->usable; i++)
        s->candidates[i].standing = standings[i];
    free(standings);
    qsort(s->candidates, s->usable, sizeof *s->candidates, compare_standings);
}

static const char *place_of(const struct situation *s, const struct standing *standing)
{
    if (standing->may_be_best)
        return standing->high > 0 ? "may be the best" : "best";
    return s->has_ratios && standing->high < log(1 + SAME_WITHIN) ? "same within 10 %" : "worse";
}

static void print_ratio(FILE *file, const struct situation *s, const struct standing *standing)
{
    double value = exp(standing->distance), low = exp(standing->low), high = exp(standing->high);
    bool is_more = s->metric->better == MORE;
    output_number(file, is_more ? 1 / value : value);
    output_number(file, is_more ? 1 / high : low);
    output_number(file, is_more ? 1 / low : high);
}

static void print_candidate(FILE *file, const struct situation *s, const struct candidate *c,
                            bool is_compared)
{
    const struct summary_row *row = c->row;
    fprintf(file, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%zu", s->words, s->stem, s->x, s->metric->name,
            s->per, row->cell.model, row->family,
            is_compared ? place_of(s, &c->standing) : validity_names[row->validity], row->value.n);
    output_number(file, row->value.value);
    output_number(file, row->value.low);
    output_number(file, row->value.high);
    if (is_compared && s->has_ratios)
        print_ratio(file, s, &c->standing);
    else
        fputs("\t-\t-\t-", file);
    fprintf(file, "\t%s\n", s->after_run);
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
    s.count = s.usable = 0;
    s.stem = experiment_need(asked, "experiment");
    s.x = get(asked, "x");
    s.after_run = after_run;
    s.words = experiment_need(asked, "sentence");
    const struct experiment *e = experiment_find(evidence->experiments, evidence->count, s.stem);
    s.metric = e ? experiment_headline_metric(e) : NULL;
    s.per = get(e, "per");
    if (e)
        find_candidates(&s, evidence);
    if (s.usable)
        find_best(&s, evidence->run);
    for (size_t i = 0; s.usable && i < s.count; i++)
        print_candidate(file, &s, &s.candidates[i], i < s.usable);
    if (!s.usable)
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
