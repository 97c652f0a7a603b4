#include "bench/analyse/estimates.h"
#include "bench/base/load.h"
#include "bench/base/memory.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// What cannot be known yet counts as this many times wider than its target.
#define UNKNOWN 10.0
// What a trial of a timed program is to take, and by how much its counts may shrink for that.
#define TIMED_S 0.4
#define LEAST_SCALE 0.125

static bool is_hopeless(const struct run *run, const struct cell_state *c)
{
    bool fails = c->trials >= 2;
    if (c->trials < 2 || c->trials >= FIRST_VALUES) // what comes later is an accident
        return false;
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
    const struct cell_state *c = &s->cells[cell];
    load_parse(table_text(&s->table, cell, table_column(&s->table, "load")), &load, "cells.tsv");
    if (!load.large_count || s->loads[cell] || !(c->first_s > TIMED_S))
        return;
    double scale = fmax(LEAST_SCALE, TIMED_S / c->first_s);
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
        if (c->trials > 0)
            scale_counts(s, i);
        c->next_s = s->loads[i] ? fmax(LEAST_SCALE * c->first_s, TIMED_S) : c->first_s;
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
        return ratio_of(run, of, to, c->of_metric, RESAMPLES);
    double *above = values_of(run, of, c->of_metric, NULL),
           *below = values_of(run, to, c->to_metric, NULL);
    struct estimate e = bootstrap_ratio(above, below, run->blocks, RESAMPLES, SEED);
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
    const struct estimate *e = &c->estimate;
    size_t tried = s->cells[c->of].trials;
    estimate(s, run, c);
    if (is_suspect(s, run, c->of, c->of_metric) ||
        (c->to != NO_CELL && is_suspect(s, run, c->to, c->to_metric)) ||
        (tried >= LEAST_CONVERGED_BLOCKS && e->n < ESTIMATE_MIN_N)) // its trials fail
        c->reach = 0;
    else if (e->n < ESTIMATE_MIN_N)
        c->reach = UNKNOWN * c->target;
    else if (e->low == e->high)
        c->reach = 0; // counts that never differ
    else if (!isfinite(e->high) || !(e->value > 0))
        c->reach = UNKNOWN * c->target;
    else
        c->reach = fmax(e->high / e->value - 1, 1 - e->low / e->value);
    // The width of an interval from few values is itself random.
    if (tried < LEAST_CONVERGED_BLOCKS)
        c->reach = fmax(c->reach, 1.01 * c->target);
}

bool is_met(const struct comparison *c)
{
    return c->reach <= c->target;
}

void look(struct scheduler *s, const struct run *run)
{
    for (size_t i = 0; i < s->comparison_count; i++)
        look_at(s, run, &s->comparisons[i]);
}
