#include "bench/report/compare/pair.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- reading ----------------------------------------------------------------------------------
static double number(const struct side *s, size_t row, const char *column)
{
    return table_number(&s->summary, row, table_column(&s->summary, column));
}

static bool is_headline(const struct side sides[2], const char *stem, const char *model,
                        const char *x)
{
    char models[4096], xs[4096];
    snprintf(models, sizeof models, "%s %s", side_get(&sides[0], stem, "headline"),
             side_get(&sides[1], stem, "headline"));
    snprintf(xs, sizeof xs, "%s %s", side_get(&sides[0], stem, "headline_at"),
             side_get(&sides[1], stem, "headline_at"));
    return *model && is_listed(model, models) && *x && (!xs[1] || is_listed(x, xs));
}

static struct ratio ratio_of(const struct side *s, size_t row)
{
    const char *verdict = table_has(&s->summary, "verdict") ? side_cell(s, row, "verdict") : "-";
    struct ratio r = {
        .value = number(s, row, "ratio"),
        .low = number(s, row, "ratio_low"),
        .high = number(s, row, "ratio_high"),
        .median = number(s, row, "median"),
        .blocks = (size_t)fmax(number(s, row, "n"), 0),
        .validity = table_has(&s->summary, "validity") ? side_cell(s, row, "validity") : "valid",
        .note = side_cell(s, row, "note"),
        .mark = strcmp(verdict, "same") == 0        ? "~"
                : strcmp(verdict, "undecided") == 0 ? "?"
                                                    : "",
    };
    r.exists = isfinite(r.value);
    r.has_interval = isfinite(r.low) && isfinite(r.high);
    return r;
}

// The same cell in the list, to which it is added if it is not there.
static struct pair *find(const struct pair *cell, struct pair **pairs, size_t *count)
{
    for (struct pair *p = *pairs; p < *pairs + *count; p++)
        if (strcmp(p->experiment, cell->experiment) == 0 && strcmp(p->metric, cell->metric) == 0 &&
            strcmp(p->model, cell->model) == 0 && strcmp(p->x, cell->x) == 0 &&
            strcmp(p->baseline, cell->baseline) == 0)
            return p;
    *pairs = memory_one_more(*pairs, *count, sizeof **pairs);
    (*pairs)[*count] = *cell;
    return &(*pairs)[(*count)++];
}

size_t pairs_read(const struct side sides[2], struct pair **pairs)
{
    size_t count = 0;
    *pairs = NULL;
    for (const struct side *s = sides; s < sides + 2; s++)
        for (size_t row = 0; row < s->summary.rows; row++) {
            struct pair p = {.experiment = side_cell(s, row, "experiment"),
                             .metric = side_cell(s, row, "metric"),
                             .model = side_cell(s, row, "model"),
                             .x = side_cell(s, row, "x"),
                             .baseline = side_cell(s, row, "baseline")};
            if (strcmp(side_get(s, p.experiment, "metric"), p.metric) != 0 ||
                strcmp(p.model, p.baseline) == 0) // its ratio is always 1
                continue;
            bool varies = strcmp(p.x, "-") != 0;
            snprintf(p.subject, sizeof p.subject, "%s%s%s", p.model, varies ? "@" : "",
                     varies ? p.x : "");
            p.is_headline = is_headline(sides, p.experiment, p.model, p.x);
            find(&p, pairs, &count)->of[s - sides] = ratio_of(s, row);
        }
    return count;
}

// ---- judging ----------------------------------------------------------------------------------
static bool reaches(const struct ratio *r, const struct ratio *other)
{
    return r->low <= 1.05 * other->value && r->high >= 0.95 * other->value;
}

int pair_reaches(const struct pair *p)
{
    return reaches(&p->of[0], &p->of[1]) + reaches(&p->of[1], &p->of[0]);
}

double pair_difference(const struct pair *p)
{
    const struct ratio *base = &p->of[0], *new = &p->of[1];
    if (base->low <= 0 || new->low <= 0)
        return INFINITY;
    // 1.645 and 1.96: the normal distribution at 90 and 95 %
    double width = 1.645 / 1.96 * hypot(log(base->high / base->low), log(new->high / new->low)) / 2;
    return 100 * expm1(fabs(log(new->value / base->value)) + width);
}

enum change pair_change(const struct pair *p)
{
    const struct ratio *base = &p->of[0], *new = &p->of[1];
    if (!base->has_interval || !new->has_interval)
        return UNDECIDED;
    bool overlap = base->low <= new->high &&new->low <= base->high;
    bool differ = base->value > 1.05 * new->value || new->value > 1.05 * base->value;
    if (!overlap && differ)
        return CHANGED;
    return pair_difference(p) <= 10 ? SAME : UNDECIDED;
}
