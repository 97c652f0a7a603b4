#include "bench/analyse/estimates.h"
#include "bench/base/family.h"
#include "bench/base/load.h"
#include "bench/base/memory.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Noise can hide the slope of a timed program. That is no failure of the program, and likely where
// others use the processors: its cell may have all of the first values tried.
static bool is_hopeless(const struct run *run, const struct cell_state *c)
{
    size_t count, lost = 0, hidden = 0;
    const size_t *rows = run_trials(run, &c->cell, &count);
    for (size_t i = 0; i < count; i++) {
        const struct judged_trial *trial = &run->judged[rows[i]];
        lost += trial->values[METRIC_client_hosts_lost] > 0; // no fault of the cell either
        hidden += trial->values[METRIC_wall_us_per_operation] <= 0;
    }
    size_t tried = count - lost;
    if (hidden > 0 ? tried < FIRST_VALUES : tried < 2 || count >= FIRST_VALUES)
        return false; // what comes later is an accident
    bool fails = true;
    double *values = values_of(run, &c->cell, experiment_headline_metric(c->experiment), NULL);
    for (size_t block = 0; block < run->blocks; block++)
        fails = fails && isnan(values[block]);
    free(values);
    return fails;
}

// Fewer repetitions of what takes long: the slope between the two counts stays what it is.
static void scale_counts(struct scheduler *s, size_t cell)
{
    struct load load;
    char text[LOAD_BYTES];
    struct cell_state *c = &s->cells[cell];
    const char *trial_s = experiment_get(c->experiment, "trial_s");
    c->next_s = c->first_s;
    if (!trial_s || !(c->first_s > atof(trial_s)))
        return;
    double scale =
        fmax(1 / experiment_number(c->experiment, "counts_shrink"), atof(trial_s) / c->first_s);
    c->next_s *= scale;
    if (s->loads[cell])
        return;
    load_parse(table_text(&s->table, cell, table_column(&s->table, "load")), &load, "cells.tsv");
    unsigned long small = load.small_count, range = load.large_count - small;
    load.small_count = (unsigned long)fmax(1, round((double)small * scale));
    load.large_count = load.small_count +
                       (unsigned long)fmax(fmin((double)range, 8), round((double)range * scale));
    load_write(&load, text);
    s->loads[cell] = strdup(text);
    if (!s->loads[cell])
        err(1, "a load");
}

void count_trials(struct scheduler *s, const struct run *run)
{
    size_t wall = table_column(&run->trials, "wall_s");
    s->spent_s = 0;
    s->disproved = 0;
    for (size_t row = 0; row < run->trials.rows; row++)
        s->disproved += run->judged[row].validity == DISPROVED;
    for (size_t i = 0; i < s->cell_count; i++) {
        struct cell_state *c = &s->cells[i];
        const size_t *rows = run_trials(run, &c->cell, &c->trials);
        double sum_s = 0;
        for (size_t k = 0; k < c->trials; k++)
            sum_s += table_number(&run->trials, rows[k], wall);
        c->first_s = c->trials ? table_number(&run->trials, rows[0], wall) : 0;
        c->next_s = 0;
        if (c->trials > 0)
            scale_counts(s, i);
        c->mean_s = c->trials > 1 ? (sum_s - c->first_s) / (double)(c->trials - 1) : c->next_s;
        c->is_hopeless = is_hopeless(run, c);
        s->spent_s += sum_s;
    }
}

static struct estimate estimate_of(const struct scheduler *s, const struct run *run,
                                   const struct comparison *c)
{
    const struct cell *of = &s->cells[c->of].cell;
    if (c->to == NO_CELL)
        return value_of(run, of, c->of_metric, NULL);
    const struct cell *to = &s->cells[c->to].cell;
    if (c->of_metric == c->to_metric)
        return ratio_of(run, of, to, c->of_metric, s->resamples);
    double *above = values_of(run, of, c->of_metric, NULL),
           *below = values_of(run, to, c->to_metric, NULL);
    struct estimate e = bootstrap_ratio(above, below, run->blocks, s->resamples, SEED);
    free(above);
    free(below);
    return e;
}

// More values do not mend what makes a number suspect.
static bool is_suspect(const struct scheduler *s, const struct run *run, size_t cell,
                       const struct metric *metric)
{
    uint32_t reasons;
    size_t many = s->cells[cell].trials;
    cell_validity(run, &s->cells[cell].cell, metric, many, &reasons);
    return many >= LEAST_CONVERGED_BLOCKS && (reasons & ~too_few_samples());
}

// An interval depends on the trials of both cells, and on those that disprove a model: they take
// away its values in all questions.
static void estimate(const struct scheduler *s, const struct run *run, struct comparison *c)
{
    size_t trials =
        s->disproved + s->cells[c->of].trials + (c->to == NO_CELL ? 0 : s->cells[c->to].trials);
    if (trials != c->seen)
        c->estimate = estimate_of(s, run, c);
    c->seen = trials;
}

static void look_at(const struct scheduler *s, const struct run *run, struct comparison *c)
{
    size_t tried = s->cells[c->of].trials;
    estimate(s, run, c);
    bool fails = (tried >= LEAST_CONVERGED_BLOCKS && c->estimate.n < ESTIMATE_MIN_N) ||
                 (tried >= FIRST_VALUES && c->estimate.n == 0);
    look_for_needs(c, tried,
                   fails || is_suspect(s, run, c->of, c->of_metric) ||
                       (c->to != NO_CELL && is_suspect(s, run, c->to, c->to_metric)));
}

// As choose.h has them.
static bool is_candidate(const struct run *run, const struct cell *c, const struct metric *metric)
{
    const char *family = run_family(run, c);
    uint32_t reasons;
    return family_competes(family) &&
           cell_validity(run, c, metric, ESTIMATE_MIN_N, &reasons) == VALID;
}

// The best of a situation so far: it is only what the others are compared with, to see which of
// them need more trials.
static size_t best_of(const struct scheduler *s, const struct run *run, const struct situation *of)
{
    size_t best = NO_CELL;
    double best_value = NAN;
    for (size_t i = 0; i < of->count; i++) {
        const struct cell *c = &s->cells[of->cells[i]].cell;
        double *values = values_of(run, c, of->metric, NULL);
        struct estimate e = bootstrap_median(values, run->blocks, 0, SEED);
        free(values);
        if (e.n >= ESTIMATE_MIN_N && is_candidate(run, c, of->metric) &&
            (best == NO_CELL || is_better(of->metric, e.value, best_value))) {
            best = of->cells[i];
            best_value = e.value;
        }
    }
    return best;
}

static void compare_with(struct scheduler *s, struct comparison *c, size_t best)
{
    struct bundle *b = &s->bundles[c->bundle];
    if (c->to == best)
        return;
    c->to = best;
    c->seen = 0;
    b->count = 0;
    bundle_add(b, c->of);
    if (best != NO_CELL)
        bundle_add(b, best);
}

static void look_at_situation(struct scheduler *s, const struct run *run,
                              const struct situation *of)
{
    size_t best = best_of(s, run, of);
    for (size_t i = 0; i < of->count; i++) {
        struct comparison *c = &s->comparisons[of->first + i];
        compare_with(s, c, best);
        if (best == NO_CELL || c->of == best ||
            !is_candidate(run, &s->cells[c->of].cell, of->metric))
            look_for_needs(c, 0, true);
        else
            look_at(s, run, c);
    }
}

void look(struct scheduler *s, const struct run *run)
{
    size_t fixed = s->situation_count ? s->situations[0].first : s->comparison_count;
    for (size_t i = 0; i < fixed; i++)
        look_at(s, run, &s->comparisons[i]);
    for (size_t i = 0; i < s->situation_count; i++)
        look_at_situation(s, run, &s->situations[i]);
}
