#include "bench/measure/scheduler.h"

#include "bench/analyse/estimates.h"
#include "bench/base/memory.h"
#include "bench/measure/scheduler/state.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of the budget, a block takes this at least.
#define BLOCK_SHARE 0.005
// A cell that is narrow enough may do with as few values as an interval needs.
#define NARROW_WITHIN 0.02

enum { UNIMPORTANT = 50 };

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
    s->resamples = RESAMPLES;
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
    comparisons_free(s);
    for (size_t i = 0; i < s->cell_count; i++)
        free(s->loads[i]);
    free(s->loads);
    free(s->cells);
    free(s->questions);
    experiments_free(s->experiments, s->experiment_count);
    table_free(&s->table);
    free(s);
}

void scheduler_resample(struct scheduler *s, unsigned resamples)
{
    s->resamples = resamples;
}

size_t scheduler_cells(const struct scheduler *s)
{
    return s->cell_count;
}

char *const *scheduler_loads(const struct scheduler *s)
{
    return s->loads;
}

// ---- the next block ---------------------------------------------------------------------------

static bool has_enough(const struct scheduler *s, const struct run *run, const struct cell_state *c)
{
    if (c->trials >= s->first_values || c->trials < ESTIMATE_MIN_N)
        return c->trials >= s->first_values;
    struct estimate e = value_of(run, &c->cell, experiment_headline_metric(c->experiment), NULL);
    return e.n >= ESTIMATE_MIN_N && e.high <= (1 + NARROW_WITHIN) * e.value &&
           e.low >= (1 - NARROW_WITHIN) * e.value;
}

// The next question that was not looked at yet, with all its cells.
static size_t choose_first_look(struct scheduler *s, bool *chosen)
{
    const struct question_state *next = next_to_look_at(s);
    size_t count = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        chosen[i] = next && s->cells[i].experiment == next->experiment;
        count += chosen[i];
    }
    return count;
}

static size_t choose_least(struct scheduler *s, bool *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        chosen[i] = is_kept(s, &s->cells[i]) && s->cells[i].trials < LEAST_BLOCKS;
        count += chosen[i];
    }
    return count;
}

static size_t choose_first_pass(struct scheduler *s, const struct run *run, bool *chosen)
{
    size_t count = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        chosen[i] = is_kept(s, &s->cells[i]) && !has_enough(s, run, &s->cells[i]);
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

// What one more value of a comparison costs; INFINITY if a cell of it was dropped. `more_s` is the
// part of it that is not chosen already.
static double bundle_s(struct scheduler *s, const struct bundle *b, const bool *chosen,
                       double *more_s)
{
    double sum_s = 0;
    *more_s = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct cell_state *c = &s->cells[b->cells[i]];
        sum_s += is_kept(s, c) ? c->mean_s : INFINITY;
        *more_s += chosen[b->cells[i]] ? 0 : c->mean_s;
    }
    return sum_s;
}

enum aim { TWICE, TARGET, DECISION, NARROWER };

// How many more values this aim needs; 0: none.
static double more_values(const struct comparison *c, enum aim aim)
{
    double more = aim == TWICE ? c->more_to_twice : c->more_to_width;
    if (aim == DECISION)
        return isfinite(c->bound) && !c->is_headline ? c->more_to_decide : 0;
    return is_met(c) ? 0 : c->is_headline ? more : fmin(more, c->more_to_decide);
}

// The higher the sooner; 0: not at all. What reaches its aim with the least time comes first,
// weighted by the importance of its question, if there is time for it. To be NARROWER, it is what
// is farthest from its target, per second: it gives way to the next one when it is narrower, so
// that all get their values at times far apart.
static double score_of(const struct scheduler *s, const struct comparison *c, enum aim aim,
                       double value_s, double left_s)
{
    double needed_s = more_values(c, aim) * value_s,
           importance = (double)s->questions[s->cells[c->of].experiment - s->experiments].priority;
    if (value_s > left_s)
        return 0;
    if (aim == NARROWER)
        return c->reach / c->target / value_s;
    return needed_s > 0 && needed_s <= left_s ? 1 / (importance * needed_s) : 0;
}

static const struct comparison *next_for(struct scheduler *s, enum aim aim, const bool *chosen,
                                         double left_s)
{
    const struct comparison *best = NULL;
    double best_score = 0, more_s;
    for (size_t i = 0; i < s->comparison_count; i++) {
        const struct comparison *c = &s->comparisons[i];
        double value_s = bundle_s(s, &s->bundles[c->bundle], chosen, &more_s),
               score = more_s > 0 ? score_of(s, c, aim, value_s, left_s) : 0;
        if (score > best_score) {
            best = c;
            best_score = score;
        }
    }
    return best;
}

static size_t choose_where_it_pays(struct scheduler *s, enum aim aim, double budget_s, bool *chosen)
{
    double left_s = budget_s - s->spent_s, block_s = BLOCK_SHARE * budget_s, used_s = 0;
    size_t count = 0;
    const struct comparison *c;
    memset(chosen, 0, s->cell_count * sizeof *chosen);
    while (used_s < block_s && (c = next_for(s, aim, chosen, left_s - used_s)) != NULL) {
        const struct bundle *b = &s->bundles[c->bundle];
        for (size_t i = 0; i < b->count; i++) {
            count += !chosen[b->cells[i]];
            chosen[b->cells[i]] = true;
        }
        used_s = cost_s(s, chosen);
    }
    return count;
}

size_t scheduler_choose_from(struct scheduler *s, const struct run *run, double budget_s,
                             bool *chosen)
{
    count_trials(s, run);
    drop(s, budget_s);
    size_t count = choose_first_look(s, chosen);
    if (count == 0)
        count = choose_least(s, chosen);
    if (count > 0)
        return count;
    look(s, run);
    count = choose_first_pass(s, run, chosen);
    if (count > 0)
        return s->spent_s + cost_s(s, chosen) <= budget_s ? count : 0;
    count = choose_where_it_pays(s, TWICE, budget_s, chosen);
    if (count == 0)
        count = choose_where_it_pays(s, TARGET, budget_s, chosen);
    if (count == 0 && take_up(s, budget_s - s->spent_s))
        count = choose_first_pass(s, run, chosen);
    if (count == 0)
        count = choose_where_it_pays(s, DECISION, budget_s, chosen);
    return count ? count : choose_where_it_pays(s, NARROWER, budget_s, chosen);
}

size_t scheduler_choose_first(struct scheduler *s, bool *chosen)
{
    return choose_first_look(s, chosen);
}

size_t scheduler_choose(struct scheduler *s, const char *folder, double budget_s, bool *chosen)
{
    struct run run;
    run_read(&run, folder);
    size_t count = scheduler_choose_from(s, &run, budget_s, chosen);
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

static bool is_kept_comparison(const struct scheduler *s, const struct comparison *c)
{
    const struct cell_state *of = &s->cells[c->of];
    return !of->is_dropped && !s->questions[of->experiment - s->experiments].is_dropped;
}

// The claims of which all is measured, and how many of them are decided so far.
static size_t count_claims(const struct scheduler *s, size_t *decided)
{
    size_t count = 0;
    *decided = 0;
    for (size_t i = 0; i < s->claim_count; i++) {
        const struct claim_state *claim = &s->claims[i];
        enum verdict verdict = HOLDS;
        bool is_kept = true;
        for (size_t k = 0; k < claim->count; k++) {
            const struct comparison *c = &s->comparisons[claim->comparisons[k]];
            enum verdict of_this = condition_judge(&claim->conditions[k], &c->estimate);
            if (of_this == UNDECIDED &&
                condition_compares_the_same(&claim->conditions[k], &c->estimate))
                of_this = SAME;
            verdict = verdict_both(verdict, of_this);
            is_kept = is_kept && is_kept_comparison(s, c);
        }
        count += is_kept;
        *decided += is_kept && verdict != UNDECIDED;
    }
    return count;
}

void scheduler_describe(const struct scheduler *s, char *text, size_t bytes)
{
    const struct experiment *e = most_important(s);
    size_t met = 0, count = 0, used = 0, shown = 0, decided;
    char title[80];
    *text = '\0';
    snprintf(title, sizeof title, "%s:", e->stem);
    for (size_t i = 0; i < s->comparison_count; i++) {
        const struct comparison *c = &s->comparisons[i];
        const struct cell_state *of = &s->cells[c->of];
        if (!is_kept_comparison(s, c))
            continue;
        count++;
        met += is_met(c);
        if (of->experiment == e && c->is_headline && shown < 2 && isfinite(c->estimate.high) &&
            used < bytes)
            used += (size_t)snprintf(text + used, bytes - used, "%s %s %.3g× ±%.0f %%",
                                     shown++ ? "," : title, of->cell.model, c->estimate.value,
                                     100 * c->reach);
    }
    size_t claims = count_claims(s, &decided);
    if (used < bytes && claims)
        used += (size_t)snprintf(text + used, bytes - used, "%s%zu of %zu claims decided",
                                 used ? " · " : "", decided, claims);
    if (used < bytes)
        snprintf(text + used, bytes - used, "%s%zu of %zu targets reached", used ? " · " : "", met,
                 count);
}
