#include "bench/analyse/claim.h"
#include "bench/analyse/estimates.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A comparison that is no headline ratio; those aim at CONVERGED_WITHIN.
#define OTHERS_WITHIN 0.10

static size_t find_cell(const struct scheduler *s, const char *experiment, const char *model,
                        const char *x)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell *c = &s->cells[i].cell;
        if (strcmp(c->experiment, experiment) == 0 && strcmp(c->model, model) == 0 &&
            strcmp(c->x, x) == 0)
            return i;
    }
    return NO_CELL;
}

static size_t add_bundle(struct scheduler *s)
{
    s->bundles = memory_one_more(s->bundles, s->bundle_count, sizeof *s->bundles);
    s->bundles[s->bundle_count] = (struct bundle){0};
    return s->bundle_count++;
}

void bundle_add(struct bundle *b, size_t cell)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->cells[i] == cell)
            return;
    b->cells = memory_one_more(b->cells, b->count, sizeof *b->cells);
    b->cells[b->count++] = cell;
}

// Until it is looked at, nothing is known.
static size_t append_comparison(struct scheduler *s, const struct comparison *new)
{
    s->comparisons = memory_one_more(s->comparisons, s->comparison_count, sizeof *s->comparisons);
    struct comparison *c = &s->comparisons[s->comparison_count];
    *c = *new;
    c->estimate = no_estimate;
    c->more_to_width = c->more_to_twice = c->more_to_decide = INFINITY;
    return s->comparison_count++;
}

// The same comparison is there once, with the narrower target, unless two bounds are to be decided.
static size_t add_comparison(struct scheduler *s, const struct comparison *new)
{
    for (size_t i = 0; i < s->comparison_count; i++) {
        struct comparison *c = &s->comparisons[i];
        if (c->of == new->of && c->to == new->to && c->of_metric == new->of_metric &&
            c->to_metric == new->to_metric &&
            (isnan(c->bound) || isnan(new->bound) || c->bound == new->bound)) {
            c->target = fmin(c->target, new->target);
            c->is_headline = c->is_headline || new->is_headline;
            c->bound = isnan(c->bound) ? new->bound : c->bound;
            return i;
        }
    }
    return append_comparison(s, new);
}

static size_t baseline_cell(const struct scheduler *s, size_t cell)
{
    char own[64];
    const struct cell_state *c = &s->cells[cell];
    size_t base =
        find_cell(s, c->cell.experiment, baseline_of(c->experiment, c->cell.model, own), c->cell.x);
    return base == cell ? NO_CELL : base;
}

static bool is_headline_ratio(const struct cell_state *c)
{
    const char *at = experiment_get(c->experiment, "headline_at");
    return is_listed(c->cell.model, experiment_need(c->experiment, "headline")) &&
           (!at || is_listed(c->cell.x, at));
}

static void compare_with_baseline(struct scheduler *s, size_t cell, size_t bundle)
{
    const struct metric *metric = experiment_headline_metric(s->cells[cell].experiment);
    bool is_headline = is_headline_ratio(&s->cells[cell]);
    size_t base = baseline_cell(s, cell);
    if (base != NO_CELL)
        add_comparison(
            s, &(struct comparison){.of = cell,
                                    .to = base,
                                    .of_metric = metric,
                                    .to_metric = metric,
                                    .is_headline = is_headline,
                                    .target = is_headline ? CONVERGED_WITHIN : OTHERS_WITHIN,
                                    .bound = NAN,
                                    .bundle = bundle});
}

// An answer that is derived from cells of several x needs them all in one block.
void add_headlines(struct scheduler *s, const struct experiment *e)
{
    bool is_joint = experiment_get(e, "answer");
    size_t bundle = NO_CELL;
    const char *x = NULL;
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        if (c->experiment != e || !c->is_headline)
            continue;
        if (bundle == NO_CELL || (!is_joint && strcmp(c->cell.x, x) != 0)) {
            bundle = NO_CELL;
            for (size_t b = 0; b < s->bundle_count && !is_joint; b++) {
                const struct cell_state *other = &s->cells[s->bundles[b].cells[0]];
                if (other->experiment == e && strcmp(other->cell.x, c->cell.x) == 0)
                    bundle = b;
            }
            if (bundle == NO_CELL)
                bundle = add_bundle(s);
            x = c->cell.x;
        }
        bundle_add(&s->bundles[bundle], i);
    }
    for (size_t b = 0; b < s->bundle_count; b++)
        for (size_t k = 0; k < s->bundles[b].count; k++) {
            size_t cell = s->bundles[b].cells[k];
            if (s->cells[cell].experiment == e)
                compare_with_baseline(s, cell, b);
        }
}

static const struct metric *metric_of(const struct scheduler *s, const struct operand *o)
{
    const struct experiment *e =
        experiment_find(s->experiments, s->experiment_count, o->experiment);
    return *o->metric ? metric_named(o->metric) : experiment_headline_metric(e);
}

// What is derived has its cells among the headline cells. Returns NO_CELL if there is nothing to
// compare.
static size_t add_condition(struct scheduler *s, const struct condition *c)
{
    size_t of = find_cell(s, c->of.experiment, c->of.model, c->of.x),
           to = *c->to.model ? find_cell(s, c->to.experiment, c->to.model, c->to.x) : NO_CELL;
    if (of == NO_CELL || (*c->to.model && to == NO_CELL) || strcmp(c->of.metric, "derived") == 0)
        return NO_CELL;
    struct comparison new = {.of = of,
                             .to = to,
                             .of_metric = metric_of(s, &c->of),
                             .to_metric = to == NO_CELL ? NULL : metric_of(s, &c->to),
                             .target = OTHERS_WITHIN,
                             .bound = c->bound,
                             .bundle = add_bundle(s)};
    bundle_add(&s->bundles[new.bundle], of);
    if (to != NO_CELL)
        bundle_add(&s->bundles[new.bundle], to);
    return new.of_metric && (to == NO_CELL || new.to_metric) ? add_comparison(s, &new) : NO_CELL;
}

static void claim_free(struct claim_state *c)
{
    free(c->conditions);
    free(c->comparisons);
}

static void add_claim(struct scheduler *s, const struct experiment *claim)
{
    struct claim_state new = {0};
    bool is_complete = true;
    for (size_t line = 0; line < claim->lines; line++) {
        struct condition condition;
        if (strcmp(claim->keys[line], "holds_if") != 0)
            continue;
        condition_parse(&condition, claim->values[line], claim->stem);
        size_t comparison = add_condition(s, &condition);
        is_complete = is_complete && comparison != NO_CELL;
        new.conditions = memory_one_more(new.conditions, new.count, sizeof condition);
        new.comparisons = memory_one_more(new.comparisons, new.count, sizeof comparison);
        new.conditions[new.count] = condition;
        new.comparisons[new.count++] = comparison;
    }
    if (!is_complete) {
        claim_free(&new);
        return;
    }
    s->claims = memory_one_more(s->claims, s->claim_count, sizeof new);
    s->claims[s->claim_count++] = new;
}

void add_claims(struct scheduler *s, const char *folder)
{
    struct experiment *claims;
    if (access(folder, F_OK) < 0) // planned without any
        return;
    size_t count = confs_read(CLAIM, folder, &claims);
    for (size_t i = 0; i < count; i++)
        add_claim(s, &claims[i]);
    experiments_free(claims, count);
}

void comparisons_free(struct scheduler *s)
{
    for (size_t i = 0; i < s->claim_count; i++)
        claim_free(&s->claims[i]);
    for (size_t i = 0; i < s->situation_count; i++)
        free(s->situations[i].cells);
    for (size_t i = 0; i < s->bundle_count; i++)
        free(s->bundles[i].cells);
    free(s->claims);
    free(s->situations);
    free(s->bundles);
    free(s->comparisons);
}

// The best is not known yet: see look_at_situation.
static void compare_with_best(struct scheduler *s, const struct situation *of)
{
    for (size_t i = 0; i < of->count; i++) {
        struct comparison new = {.of = of->cells[i],
                                 .to = NO_CELL,
                                 .of_metric = of->metric,
                                 .to_metric = of->metric,
                                 .target = OTHERS_WITHIN,
                                 .bound = 1,
                                 .bundle = add_bundle(s)};
        bundle_add(&s->bundles[new.bundle], new.of);
        append_comparison(s, &new);
    }
}

void add_situations(struct scheduler *s, const char *folder)
{
    struct experiment *situations;
    if (access(folder, F_OK) < 0)
        return;
    size_t count = confs_read(SITUATION, folder, &situations);
    for (size_t i = 0; i < count; i++) {
        const char *experiment = experiment_need(&situations[i], "experiment"),
                   *x = experiment_get(&situations[i], "x");
        struct situation new = {.first = s->comparison_count};
        for (size_t c = 0; c < s->cell_count; c++)
            if (strcmp(s->cells[c].cell.experiment, experiment) == 0 &&
                strcmp(s->cells[c].cell.x, x ? x : "-") == 0) {
                new.metric = experiment_headline_metric(s->cells[c].experiment);
                new.cells = memory_one_more(new.cells, new.count, sizeof *new.cells);
                new.cells[new.count++] = c;
            }
        compare_with_best(s, &new);
        s->situations = memory_one_more(s->situations, s->situation_count, sizeof new);
        s->situations[s->situation_count++] = new;
    }
    experiments_free(situations, count);
}
