#include "bench/measure/scheduler.h"

#include "bench/analyse/claim.h"
#include "bench/analyse/convergence.h"
#include "bench/analyse/estimates.h"
#include "bench/analyse/run.h"
#include "bench/base/experiment.h"
#include "bench/base/load.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/base/output.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A comparison that is no headline ratio; those aim at CONVERGED_WITHIN.
#define OTHERS_WITHIN 0.10
// What cannot be known yet counts as this many times wider than its target.
#define UNKNOWN 10.0
// Of the budget: what the first pass may take, what one cell may take, and a block at least.
#define FIRST_PASS_SHARE 0.6
#define CELL_SHARE 0.1
#define CHEAP_S 10.0 // no cell is dropped for less
#define BLOCK_SHARE 0.005
// What a trial of a timed program is to take, and by how much its counts may shrink for that.
#define TIMED_S 0.4
#define LEAST_SCALE 0.125
// A cell that is narrow enough may do with as few values as an interval needs.
#define NARROW_WITHIN 0.02

enum { UNIMPORTANT = 50 };

static const size_t no_cell = SIZE_MAX;

struct cell_state {
    struct cell cell;
    const struct experiment *experiment;
    bool is_headline, is_dropped;
    bool is_hopeless; // all of its trials failed, two at least: more would, too
    size_t trials;
    double first_s; // what its first trial took
    double next_s;  // what the others are to take, as is known from the first
    double mean_s;  // what all but the first took on average; next_s as long as there are none
};

// Cells that are measured in the same block whenever one of them is.
struct bundle {
    size_t *cells, count;
};

struct comparison {
    size_t of, to; // cells; to is no_cell: the value itself
    const struct metric *of_metric, *to_metric;
    double target;
    size_t bundle;
    size_t seen; // trials of both cells when this was computed:
    struct estimate estimate;
    double reach; // to the farther end, as a part of the value; 0: nothing to wait for
};

struct question_state {
    const struct experiment *experiment;
    long priority;
    bool is_dropped;
    bool is_begun; // has more than the first block: it is not dropped any more
    double first_pass_s;
};

struct scheduler {
    struct table table;
    struct experiment *experiments;
    size_t experiment_count;
    struct cell_state *cells;
    size_t cell_count;
    char **loads; // [cell_count]
    struct bundle *bundles;
    size_t bundle_count;
    struct comparison *comparisons;
    size_t comparison_count;
    struct question_state *questions;
    double spent_s;
};

// ---- what there is to compare -----------------------------------------------------------------

static size_t find_cell(const struct scheduler *s, const char *experiment, const char *model,
                        const char *x)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell *c = &s->cells[i].cell;
        if (strcmp(c->experiment, experiment) == 0 && strcmp(c->model, model) == 0 &&
            strcmp(c->x, x) == 0)
            return i;
    }
    return no_cell;
}

static size_t add_bundle(struct scheduler *s)
{
    s->bundles = memory_one_more(s->bundles, s->bundle_count, sizeof *s->bundles);
    s->bundles[s->bundle_count] = (struct bundle){0};
    return s->bundle_count++;
}

static void add_to_bundle(struct bundle *b, size_t cell)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->cells[i] == cell)
            return;
    b->cells = memory_one_more(b->cells, b->count, sizeof *b->cells);
    b->cells[b->count++] = cell;
}

// The same comparison is there once, with the narrower target.
static void add_comparison(struct scheduler *s, const struct comparison *new)
{
    for (size_t i = 0; i < s->comparison_count; i++) {
        struct comparison *c = &s->comparisons[i];
        if (c->of == new->of && c->to == new->to && c->of_metric == new->of_metric &&
            c->to_metric == new->to_metric) {
            c->target = fmin(c->target, new->target);
            return;
        }
    }
    s->comparisons = memory_one_more(s->comparisons, s->comparison_count, sizeof *s->comparisons);
    s->comparisons[s->comparison_count++] = *new;
}

static size_t baseline_cell(const struct scheduler *s, size_t cell)
{
    char own[64];
    const struct cell_state *c = &s->cells[cell];
    size_t base =
        find_cell(s, c->cell.experiment, baseline_of(c->experiment, c->cell.model, own), c->cell.x);
    return base == cell ? no_cell : base;
}

static bool is_headline_ratio(const struct cell_state *c)
{
    const char *at = experiment_get(c->experiment, "headline_at");
    return is_listed(c->cell.model, experiment_need(c->experiment, "headline")) &&
           (!at || is_listed(c->cell.x, at));
}

static void compare_with_baseline(struct scheduler *s, size_t cell, double target, size_t bundle)
{
    const struct metric *metric = experiment_headline_metric(s->cells[cell].experiment);
    size_t base = baseline_cell(s, cell);
    if (base == no_cell)
        return;
    if (bundle == no_cell) {
        bundle = add_bundle(s);
        add_to_bundle(&s->bundles[bundle], cell);
        add_to_bundle(&s->bundles[bundle], base);
    }
    add_comparison(s, &(struct comparison){.of = cell,
                                           .to = base,
                                           .of_metric = metric,
                                           .to_metric = metric,
                                           .target = target,
                                           .bundle = bundle});
}

// An answer that is derived from cells of several x needs them all in one block.
static void add_headlines(struct scheduler *s, const struct experiment *e)
{
    bool is_joint = experiment_get(e, "answer");
    size_t bundle = no_cell;
    const char *x = NULL;
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        if (c->experiment != e || !c->is_headline)
            continue;
        if (bundle == no_cell || (!is_joint && strcmp(c->cell.x, x) != 0)) {
            bundle = no_cell;
            for (size_t b = 0; b < s->bundle_count && !is_joint; b++) {
                const struct cell_state *other = &s->cells[s->bundles[b].cells[0]];
                if (other->experiment == e && strcmp(other->cell.x, c->cell.x) == 0)
                    bundle = b;
            }
            if (bundle == no_cell)
                bundle = add_bundle(s);
            x = c->cell.x;
        }
        add_to_bundle(&s->bundles[bundle], i);
    }
    for (size_t b = 0; b < s->bundle_count; b++)
        for (size_t k = 0; k < s->bundles[b].count; k++) {
            size_t cell = s->bundles[b].cells[k];
            if (s->cells[cell].experiment == e)
                compare_with_baseline(
                    s, cell, is_headline_ratio(&s->cells[cell]) ? CONVERGED_WITHIN : OTHERS_WITHIN,
                    b);
        }
}

static const struct metric *metric_of(const struct scheduler *s, const struct operand *o)
{
    const struct experiment *e =
        experiment_find(s->experiments, s->experiment_count, o->experiment);
    return *o->metric ? metric_named(o->metric) : experiment_headline_metric(e);
}

// What is derived has its cells among the headline cells.
static void add_condition(struct scheduler *s, const struct condition *c)
{
    size_t of = find_cell(s, c->of.experiment, c->of.model, c->of.x),
           to = *c->to.model ? find_cell(s, c->to.experiment, c->to.model, c->to.x) : no_cell;
    if (of == no_cell || (*c->to.model && to == no_cell) || strcmp(c->of.metric, "derived") == 0)
        return;
    struct comparison new = {.of = of,
                             .to = to,
                             .of_metric = metric_of(s, &c->of),
                             .to_metric = to == no_cell ? NULL : metric_of(s, &c->to),
                             .target = OTHERS_WITHIN,
                             .bundle = add_bundle(s)};
    add_to_bundle(&s->bundles[new.bundle], of);
    if (to != no_cell)
        add_to_bundle(&s->bundles[new.bundle], to);
    if (new.of_metric && (to == no_cell || new.to_metric))
        add_comparison(s, &new);
}

static void add_claims(struct scheduler *s, const char *folder)
{
    struct experiment *claims;
    if (access(folder, F_OK) < 0) // planned without any
        return;
    size_t count = confs_read(CLAIM, folder, &claims);
    for (size_t i = 0; i < count; i++)
        for (size_t line = 0; line < claims[i].lines; line++) {
            struct condition condition;
            if (strcmp(claims[i].keys[line], "holds_if") != 0)
                continue;
            condition_parse(&condition, claims[i].values[line], claims[i].stem);
            add_condition(s, &condition);
        }
    experiments_free(claims, count);
}

static void add_situations(struct scheduler *s, const char *folder)
{
    struct experiment *situations;
    if (access(folder, F_OK) < 0)
        return;
    size_t count = confs_read(SITUATION, folder, &situations);
    for (size_t i = 0; i < count; i++) {
        const char *experiment = experiment_need(&situations[i], "experiment"),
                   *x = experiment_get(&situations[i], "x");
        for (size_t c = 0; c < s->cell_count; c++)
            if (strcmp(s->cells[c].cell.experiment, experiment) == 0 &&
                strcmp(s->cells[c].cell.x, x ? x : "-") == 0)
                compare_with_baseline(s, c, OTHERS_WITHIN, no_cell);
    }
    experiments_free(situations, count);
}

static void read_cells(struct scheduler *s, const char *folder)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/cells.tsv", folder);
    table_read(&s->table, path);
    size_t experiment = table_column(&s->table, "experiment"),
           model = table_column(&s->table, "model"), x = table_column(&s->table, "x"),
           headline = table_column(&s->table, "headline");
    s->cell_count = s->table.rows;
    s->cells = memory_for(s->cell_count, sizeof *s->cells);
    s->loads = memory_for(s->cell_count, sizeof *s->loads);
    for (size_t row = 0; row < s->cell_count; row++) {
        struct cell_state *c = &s->cells[row];
        c->cell = (struct cell){table_text(&s->table, row, experiment),
                                table_text(&s->table, row, model), table_text(&s->table, row, x)};
        c->experiment = experiment_find(s->experiments, s->experiment_count, c->cell.experiment);
        if (!c->experiment)
            errx(1, "%s:%zu: this run has no experiment '%s'", path, row + 2, c->cell.experiment);
        c->is_headline = strcmp(table_text(&s->table, row, headline), "yes") == 0;
    }
}

struct scheduler *scheduler_read(const char *folder)
{
    char path[4096];
    struct scheduler *s = memory_for(1, sizeof *s);
    snprintf(path, sizeof path, "%s/experiments", folder);
    s->experiment_count = experiments_read(path, &s->experiments);
    read_cells(s, folder);
    s->questions = memory_for(s->experiment_count, sizeof *s->questions);
    for (size_t i = 0; i < s->experiment_count; i++) {
        const char *priority = experiment_get(&s->experiments[i], "priority");
        s->questions[i].experiment = &s->experiments[i];
        s->questions[i].priority = priority ? atol(priority) : UNIMPORTANT;
        add_headlines(s, &s->experiments[i]);
    }
    snprintf(path, sizeof path, "%s/claims", folder);
    add_claims(s, path);
    snprintf(path, sizeof path, "%s/situations", folder);
    add_situations(s, path);
    return s;
}

void scheduler_free(struct scheduler *s)
{
    for (size_t i = 0; i < s->bundle_count; i++)
        free(s->bundles[i].cells);
    for (size_t i = 0; i < s->cell_count; i++)
        free(s->loads[i]);
    free(s->loads);
    free(s->bundles);
    free(s->comparisons);
    free(s->cells);
    free(s->questions);
    experiments_free(s->experiments, s->experiment_count);
    table_free(&s->table);
    free(s);
}

size_t scheduler_cells(const struct scheduler *s)
{
    return s->cell_count;
}

char *const *scheduler_loads(const struct scheduler *s)
{
    return s->loads;
}

// ---- what the trials so far say ---------------------------------------------------------------

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

static void count_trials(struct scheduler *s, const struct run *run)
{
    size_t wall = table_column(&run->trials, "wall_s");
    s->spent_s = 0;
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
    if (c->to == no_cell)
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

static void look(struct scheduler *s, const struct run *run, struct comparison *c)
{
    size_t trials = s->cells[c->of].trials + (c->to == no_cell ? 0 : s->cells[c->to].trials);
    if (trials == c->seen)
        return;
    c->seen = trials;
    c->estimate = estimate_of(s, run, c);
    const struct estimate *e = &c->estimate;
    size_t tried = s->cells[c->of].trials;
    if (is_suspect(s, run, c->of, c->of_metric) ||
        (c->to != no_cell && is_suspect(s, run, c->to, c->to_metric)) ||
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

static bool is_met(const struct comparison *c)
{
    return c->reach <= c->target;
}

// ---- what does not fit ------------------------------------------------------------------------

static struct question_state *question_of(struct scheduler *s, const struct cell_state *c)
{
    return &s->questions[c->experiment - s->experiments];
}

// A timed program that took long will take less from now on.
static double first_pass_s(const struct cell_state *c)
{
    return c->first_s + (FIRST_VALUES - 1) * c->next_s;
}

static struct question_state *least_important(struct scheduler *s)
{
    struct question_state *least = NULL;
    size_t kept = 0;
    for (size_t i = 0; i < s->experiment_count; i++) {
        struct question_state *q = &s->questions[i];
        kept += !q->is_dropped;
        if (!q->is_dropped && !q->is_begun && (!least || q->priority >= least->priority))
            least = q;
    }
    return kept > 1 ? least : NULL;
}

static void drop(struct scheduler *s, double budget_s)
{
    double total_s = 0;
    struct question_state *least;
    for (size_t i = 0; i < s->experiment_count; i++) {
        s->questions[i].is_dropped = s->questions[i].is_begun = false;
        s->questions[i].first_pass_s = 0;
    }
    for (size_t i = 0; i < s->cell_count; i++) {
        struct cell_state *c = &s->cells[i];
        c->is_dropped = budget_s > 0 && !c->is_headline &&
                        first_pass_s(c) > fmax(CELL_SHARE * budget_s, CHEAP_S);
        if (!c->is_dropped)
            question_of(s, c)->first_pass_s += first_pass_s(c);
        if (c->trials > 1)
            question_of(s, c)->is_begun = true;
    }
    for (size_t i = 0; i < s->experiment_count; i++)
        total_s += s->questions[i].first_pass_s;
    while (budget_s > 0 && total_s > FIRST_PASS_SHARE * budget_s &&
           (least = least_important(s)) != NULL) {
        least->is_dropped = true;
        total_s -= least->first_pass_s;
    }
}

// Takes up the most important of the dropped questions that fits into the rest of the time. False
// if there is none.
static bool take_up(struct scheduler *s, double left_s)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++) {
        struct question_state *q = &s->questions[i];
        if (q->is_dropped && q->first_pass_s <= left_s && (!most || q->priority < most->priority))
            most = q;
    }
    if (most)
        most->is_dropped = false;
    return most;
}

static bool is_kept(struct scheduler *s, const struct cell_state *c)
{
    return !c->is_dropped && !c->is_hopeless && !question_of(s, c)->is_dropped;
}

void scheduler_write_dropped(const struct scheduler *s, const char *folder)
{
    struct output dropped = output_begin(folder, "dropped.tsv");
    fputs(DROPPED_COLUMNS "\n", dropped.file);
    for (size_t i = 0; i < s->experiment_count; i++)
        if (s->questions[i].is_dropped)
            fprintf(dropped.file, "%s\t-\t-\t%.1f\n", s->questions[i].experiment->stem,
                    s->questions[i].first_pass_s / 60);
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        if (c->is_dropped)
            fprintf(dropped.file, "%s\t%s\t%s\t%.1f\n", c->cell.experiment, c->cell.model,
                    c->cell.x, first_pass_s(c) / 60);
    }
    output_complete(&dropped);
}

// ---- the next block ---------------------------------------------------------------------------

static bool has_enough(const struct run *run, const struct cell_state *c)
{
    if (c->trials >= FIRST_VALUES || c->trials < ESTIMATE_MIN_N)
        return c->trials >= FIRST_VALUES;
    struct estimate e = value_of(run, &c->cell, experiment_headline_metric(c->experiment), NULL);
    return e.n >= ESTIMATE_MIN_N && e.high <= (1 + NARROW_WITHIN) * e.value &&
           e.low >= (1 - NARROW_WITHIN) * e.value;
}

static size_t choose_first_pass(struct scheduler *s, const struct run *run, bool *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        chosen[i] = is_kept(s, &s->cells[i]) && (!run || !has_enough(run, &s->cells[i]));
        count += chosen[i];
    }
    return count;
}

static double cost_s(const struct scheduler *s, const bool *chosen)
{
    double sum_s = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        sum_s += chosen[i] ? s->cells[i].mean_s : 0;
    return sum_s;
}

// What a bundle costs beyond what is chosen already; INFINITY if a cell of it was dropped.
static double more_s(struct scheduler *s, const struct bundle *b, const bool *chosen)
{
    double sum_s = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct cell_state *c = &s->cells[b->cells[i]];
        sum_s += !is_kept(s, c) ? INFINITY : chosen[b->cells[i]] ? 0 : c->mean_s;
    }
    return sum_s;
}

// The comparison that is farthest from its target per second, of those that fit; NULL if none does.
static const struct comparison *farthest(struct scheduler *s, const bool *chosen, double left_s)
{
    const struct comparison *best = NULL;
    double best_score = 0;
    for (size_t i = 0; i < s->comparison_count; i++) {
        const struct comparison *c = &s->comparisons[i];
        double more = more_s(s, &s->bundles[c->bundle], chosen);
        double score = (c->reach / c->target - 1) / (more + 1e-3);
        if (!is_met(c) && more > 0 && more <= left_s && score > best_score) {
            best = c;
            best_score = score;
        }
    }
    return best;
}

static size_t choose_where_it_pays(struct scheduler *s, double budget_s, bool *chosen)
{
    double left_s = budget_s - s->spent_s, block_s = BLOCK_SHARE * budget_s, used_s = 0;
    size_t count = 0;
    const struct comparison *c;
    memset(chosen, 0, s->cell_count * sizeof *chosen);
    while (used_s < block_s && (c = farthest(s, chosen, left_s - used_s)) != NULL) {
        const struct bundle *b = &s->bundles[c->bundle];
        for (size_t i = 0; i < b->count; i++) {
            count += !chosen[b->cells[i]];
            chosen[b->cells[i]] = true;
        }
        used_s = cost_s(s, chosen);
    }
    return count;
}

static size_t choose(struct scheduler *s, const struct run *run, double budget_s, bool *chosen)
{
    count_trials(s, run);
    drop(s, budget_s);
    for (size_t i = 0; i < s->comparison_count; i++)
        look(s, run, &s->comparisons[i]);
    if (run->blocks < LEAST_BLOCKS)
        return choose_first_pass(s, NULL, chosen);
    size_t count = choose_first_pass(s, run, chosen);
    if (count > 0)
        return s->spent_s + cost_s(s, chosen) <= budget_s ? count : 0;
    count = choose_where_it_pays(s, budget_s, chosen);
    if (count == 0 && take_up(s, budget_s - s->spent_s))
        count = choose_first_pass(s, run, chosen);
    return count;
}

size_t scheduler_choose(struct scheduler *s, const char *folder, double budget_s, bool *chosen)
{
    struct run run;
    run_read(&run, folder);
    size_t count = choose(s, &run, budget_s, chosen);
    run_free(&run);
    return count;
}

// ---- for people -------------------------------------------------------------------------------

static const struct experiment *most_important(const struct scheduler *s)
{
    const struct question_state *most = &s->questions[0];
    for (size_t i = 1; i < s->experiment_count; i++)
        if (s->questions[i].priority < most->priority)
            most = &s->questions[i];
    return most->experiment;
}

void scheduler_describe(const struct scheduler *s, char *text, size_t bytes)
{
    const struct experiment *e = most_important(s);
    size_t met = 0, count = 0, used = 0, shown = 0;
    char title[80];
    *text = '\0';
    snprintf(title, sizeof title, "%s:", e->stem);
    for (size_t i = 0; i < s->comparison_count; i++) {
        const struct comparison *c = &s->comparisons[i];
        const struct cell_state *of = &s->cells[c->of];
        if (s->questions[of->experiment - s->experiments].is_dropped || of->is_dropped)
            continue;
        count++;
        met += is_met(c);
        if (of->experiment == e && c->target == CONVERGED_WITHIN && shown < 2 &&
            isfinite(c->estimate.high) && used < bytes)
            used += (size_t)snprintf(text + used, bytes - used, "%s %s %.3g× ±%.0f %%",
                                     shown++ ? "," : title, of->cell.model, c->estimate.value,
                                     100 * c->reach);
    }
    if (used < bytes)
        snprintf(text + used, bytes - used, "%s%zu of %zu targets reached", used ? " · " : "", met,
                 count);
}
