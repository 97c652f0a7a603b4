#include "bench/report/compare/pair.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- reading ----------------------------------------------------------------------------------
static double number(const struct side *s, size_t row, const char *column)
{
    return table_number(&s->summary, row, table_column(&s->summary, column));
}

static bool is_headline(const struct side *s, const char *stem, const char *model, const char *x)
{
    const char *xs = side_get(s, stem, "headline_at");
    return is_listed(model, side_get(s, stem, "headline")) && (!*xs || is_listed(x, xs));
}

// The row of a baseline's own number; s->summary.rows if there is none.
static size_t baseline_row(const struct side *s, const struct pair *p)
{
    size_t row = 0;
    while (row < s->summary.rows && (strcmp(side_cell(s, row, "experiment"), p->experiment) != 0 ||
                                     strcmp(side_cell(s, row, "metric"), p->metric) != 0 ||
                                     strcmp(side_cell(s, row, "model"), p->baseline) != 0 ||
                                     strcmp(side_cell(s, row, "x"), p->x) != 0))
        row++;
    return row;
}

static const char *validity(const struct side *s, size_t row)
{
    return table_has(&s->summary, "validity") ? side_cell(s, row, "validity") : "valid";
}

static struct ratio ratio_of(const struct side *s, const struct pair *p, size_t row)
{
    size_t base = baseline_row(s, p);
    const char *verdict = table_has(&s->summary, "verdict") ? side_cell(s, row, "verdict") : "-";
    struct ratio r = {
        .value = number(s, row, "ratio"),
        .low = number(s, row, "ratio_low"),
        .high = number(s, row, "ratio_high"),
        .median = number(s, row, "median"),
        .blocks = (size_t)fmax(number(s, row, "n"), 0),
        .validity = validity(s, row),
        .note = side_cell(s, row, "note"),
        .mark = strcmp(verdict, "same") == 0        ? "~"
                : strcmp(verdict, "undecided") == 0 ? "?"
                                                    : "",
    };
    r.exists = isfinite(r.value);
    r.has_interval = isfinite(r.low) && isfinite(r.high);
    r.is_sound = r.has_interval && strcmp(r.validity, "valid") == 0 &&
                 (base == s->summary.rows || strcmp(validity(s, base), "valid") == 0);
    return r;
}

// The same cell in the list, to which it is added if it is not there.
static struct pair *find(const struct pair *cell, size_t runs, struct pair **pairs, size_t *count)
{
    for (struct pair *p = *pairs; p < *pairs + *count; p++)
        if (strcmp(p->experiment, cell->experiment) == 0 && strcmp(p->metric, cell->metric) == 0 &&
            strcmp(p->model, cell->model) == 0 && strcmp(p->x, cell->x) == 0 &&
            strcmp(p->baseline, cell->baseline) == 0)
            return p;
    *pairs = memory_one_more(*pairs, *count, sizeof **pairs);
    (*pairs)[*count] = *cell;
    (*pairs)[*count].of = memory_for(runs, sizeof *cell->of);
    return &(*pairs)[(*count)++];
}

// Of one run.
static void read_pairs(const struct side *sides, size_t run, size_t runs, struct pair **pairs,
                       size_t *count)
{
    const struct side *s = &sides[run];
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
        struct pair *found = find(&p, runs, pairs, count);
        found->is_headline |= is_headline(s, p.experiment, p.model, p.x);
        found->of[run] = ratio_of(s, &p, row);
    }
}

size_t pairs_read(const struct side *sides, size_t runs, struct pair **pairs)
{
    size_t count = 0;
    *pairs = NULL;
    for (size_t run = 0; run < runs; run++)
        read_pairs(sides, run, runs, pairs, &count);
    return count;
}

void pairs_free(struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(pairs[i].of);
    free(pairs);
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
