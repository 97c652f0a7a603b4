// "Which model for what": every model in every situation, compared with the best one.
//
// The ratios and places of candidates are those of chooser.tsv. Iterative servers, peers and
// foreign servers are no candidates. Their ratio to the best comes from both ratios to the
// question's baseline, and its interval from both intervals as if these were independent. They
// share the baseline, so it is too wide rather than too narrow.
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/position.h"
#include "bench/report/model/section.h"
#include "bench/report/model/shape.h"
#include "bench/report/model/situation.h"
#include "bench/report/model/words.h"

#include "bench/analyse/statistics.h"
#include "bench/base/family.h"
#include "bench/base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char no_value[] = "—", dagger[] = "†";
static const double about_the_same = 1.25, same = 1.1;

struct row {
    char name[64]; // of a program: its variants stand in its row
    struct shape shape;
};

struct grid {
    const struct facts *f;
    struct situation *columns;
    struct row *rows;
    size_t columns_count, rows_count, not_measured;
    char variants[1024]; // shown in the row of their program
};

struct shown {
    const char *place;
    int shade;
    double ratio, low, high; // to the best: how many times as bad; NAN: none
    char text[FORMAT_BYTES + 16], interval[FORMAT_BYTES], reason[SENTENCE_BYTES];
    double sort;
};

// ---- rows ---------------------------------------------------------------------------------------

static void add_row(struct grid *g, const struct number *n)
{
    for (size_t i = 0; i < g->rows_count; i++)
        if (is_variant(n->model, g->rows[i].name))
            return;
    g->rows = memory_one_more(g->rows, g->rows_count, sizeof *g->rows);
    struct row *row = &g->rows[g->rows_count++];
    snprintf(row->name, sizeof row->name, "%.*s", (int)strcspn(n->model, "+"), n->model);
    row->shape = shape_of(g->f, n->experiment, n->model);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->shape.place != right->shape.place)
        return left->shape.place - right->shape.place;
    return strcmp(left->name, right->name);
}

static void find_rows(struct grid *g)
{
    for (size_t c = 0; c < g->columns_count; c++)
        for (size_t i = 0; i < g->f->numbers_count; i++)
            if (is_in(&g->columns[c], &g->f->numbers[i]))
                add_row(g, &g->f->numbers[i]);
    if (g->rows_count)
        qsort(g->rows, g->rows_count, sizeof *g->rows, compare_rows);
}

// ---- places -------------------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void say(struct shown *c, const char *format, ...)
{
    size_t used = strlen(c->reason);
    va_list values;
    if (used > 0 && used + 1 < sizeof c->reason)
        c->reason[used++] = ' ';
    va_start(values, format);
    vsnprintf(c->reason + used, sizeof c->reason - used, format, values);
    va_end(values);
}

// A ratio of costs: how many times as bad as the best.
static void set_ratio(struct shown *c, const struct situation *s, double ratio, double low,
                      double high)
{
    bool is_more = s->metric->better == MORE;
    c->ratio = is_more ? 1 / ratio : ratio;
    c->low = is_more ? 1 / high : low;
    c->high = is_more ? 1 / low : high;
}

// The interval of a ratio of ratios, by the root of the sum of squares of their logarithms.
static void set_ratio_of_ratios(struct shown *c, const struct situation *s, const struct number *n)
{
    const struct number *best = s->best;
    double ratio = n->ratio / best->ratio,
           below = hypot(log(n->ratio / n->ratio_low), log(best->ratio_high / best->ratio)),
           above = hypot(log(n->ratio_high / n->ratio), log(best->ratio / best->ratio_low));
    set_ratio(c, s, ratio, ratio * exp(-below), ratio * exp(above));
}

// No conclusion rests on the number.
static void doubt(struct shown *c, const struct number *n)
{
    bool is_few = strcmp(n->note, "too-few-samples") == 0;
    c->place = is_few ? "few" : "suspect";
    if (is_few && n->blocks < ESTIMATE_MIN_N) {
        say(c, "Undecided: %zu %s, %d are needed for an interval. A longer run decides it.",
            n->blocks, n->blocks == 1 ? "block" : "blocks", ESTIMATE_MIN_N);
        return;
    }
    json_t *why = made(note_reason(n));
    say(c, "%s", json_string_value(why));
    json_decref(why);
}

// A model that may be the best: the first of these has the best estimate.
static void may_be_best(struct shown *c, const struct situation *s, const struct number *n)
{
    bool is_level = n == s->best || (isnan(c->ratio) && n->value == s->best->value);
    double high = !isnan(c->ratio) ? c->high : is_level ? 1 : INFINITY;
    c->place = high >= about_the_same ? "undecided" : is_level ? "best" : "same";
    if (!is_level)
        say(c, "May be the best: not shown to be worse than any other.");
    else if (high >= about_the_same)
        say(c, "The best estimate, but others may be better.");
    else
        say(c, "The best estimate; others may be as good.");
}

static void place_candidate(struct shown *c, const struct facts *f, const struct situation *s,
                            const struct number *n, size_t row)
{
    const char *place = chosen(f, row, "place");
    set_ratio(c, s, chosen_number(f, row, "ratio"), chosen_number(f, row, "ratio_low"),
              chosen_number(f, row, "ratio_high"));
    if (strcmp(place, "best") == 0) {
        c->place = "best";
    } else if (strcmp(place, "may be the best") == 0) {
        may_be_best(c, s, n);
    } else if (strcmp(place, "same within 10 %") == 0) {
        c->place = "same";
        say(c, "Worse than the best, by less than 10 %%.");
    } else {
        c->place = "behind";
    }
}

static const char *place_of_interval(const struct shown *c)
{
    if (c->low > 1)
        return c->high < same ? "same" : "behind";
    if (c->high < 1 / about_the_same)
        return "behind"; // better than every candidate
    return c->high < about_the_same ? "same" : "undecided";
}

static const char *place_of_value(const struct situation *s, const struct number *n)
{
    if (n->low > s->best->high || n->high < s->best->low)
        return "behind";
    return n->value == s->best->value ? "same" : "undecided";
}

static void place_outsider(struct shown *c, const struct situation *s, const struct number *n)
{
    if (!s->best) {
        c->place = "undecided";
        say(c, "Too few models have a valid number for one to be the best.");
        return;
    }
    set_ratio_of_ratios(c, s, n);
    c->place = s->kind == RATIO ? place_of_interval(c) : place_of_value(s, n);
}

// ---- texts --------------------------------------------------------------------------------------

static bool is_decided(const struct shown *c)
{
    return strcmp(c->place, "best") == 0 || strcmp(c->place, "same") == 0 ||
           strcmp(c->place, "behind") == 0;
}

static void print_ratio(struct shown *c, const struct situation *s, const struct number *n)
{
    char text[FORMAT_BYTES];
    c->sort = c->ratio;
    if (strcmp(c->place, "best") == 0) {
        snprintf(c->text, sizeof c->text, "best");
        format_value(n->value, s->metric->unit, c->interval);
        return;
    }
    if (isnan(c->ratio)) {
        snprintf(c->text, sizeof c->text, "?");
        return;
    }
    format_ratio(c->ratio, text);
    format_ratio_interval(c->ratio, c->low, c->high, c->interval);
    snprintf(c->text, sizeof c->text, "%s%s%s",
             strcmp(c->place, "same") == 0 && c->low <= 1 && c->high >= 1 ? "≈ " : "", text,
             is_decided(c) ? "" : "?");
    c->shade = is_decided(c) ? shade_of_ratio(c->ratio) : 0;
}

static void print_value(struct shown *c, const struct situation *s, const struct number *n)
{
    bool is_more = s->metric->better == MORE;
    double share = s->all > 0 ? n->value / s->all : 0;
    if (isnan(n->value)) {
        snprintf(c->text, sizeof c->text, "?");
        return;
    }
    format_value(n->value, s->metric->unit, c->text);
    if (n->low < n->high)
        format_interval(n->value, n->low, n->high, s->metric->unit, c->interval);
    if (!is_decided(c))
        strncat(c->text, "?", sizeof c->text - strlen(c->text) - 1);
    c->shade = is_decided(c) ? shade_of_loss(is_more ? 1 - share : share) : 0;
    c->sort = is_more ? s->all - n->value : n->value;
}

// ---- cells --------------------------------------------------------------------------------------

// Whether a list of cells (left_out.tsv, dropped.tsv) has one of a model. Returns its row, or
// `rows`.
static size_t listed(const struct table *t, const struct situation *s, const char *name)
{
    size_t row = 0;
    while (row < t->rows &&
           (strcmp(table_text(t, row, 0), s->experiment) != 0 ||
            !is_variant(table_text(t, row, 1), name) || strcmp(table_text(t, row, 2), s->x) != 0))
        row++;
    return row;
}

static void leave_empty(struct shown *c, const struct facts *f, const struct situation *s,
                        const char *name)
{
    size_t row = listed(&f->left_out, s, name);
    c->place = row < f->left_out.rows ? "left_out" : "not_measured";
    if (row < f->left_out.rows)
        say(c, "Left out: %s.", table_text(&f->left_out, row, 3));
    else if (listed(&f->dropped, s, name) < f->dropped.rows)
        say(c, "Not measured: it did not fit into the time.");
    snprintf(c->text, sizeof c->text, "%s", no_value);
}

static void say_who(struct shown *c, struct grid *g, const struct number *n)
{
    size_t used = strlen(g->variants);
    if (strcmp(n->family, "peer") == 0)
        say(c, "Shown for comparison: a library is never the best.");
    else if (family_is_foreign(n->family))
        say(c, "Shown for comparison: it is not of this suite and is never the best.");
    else if (strcmp(n->family, "iterative") == 0)
        say(c, "Shown for comparison: it serves one client at a time and is never the best.");
    if (!strchr(n->model, '+'))
        return;
    say(c, "Measured as %s.", n->model);
    strncat(c->text, dagger, sizeof c->text - strlen(c->text) - 1);
    if (!strstr(g->variants, n->model))
        snprintf(g->variants + used, sizeof g->variants - used, "%s%s", used ? ", " : "", n->model);
}

static void fill(struct shown *c, struct grid *g, const struct situation *s, const char *name)
{
    const struct number *n = situation_number(g->f, s, name);
    *c = (struct shown){.ratio = NAN, .low = NAN, .high = NAN, .sort = NAN};
    if (!n || strncmp(n->note, "skipped:", strlen("skipped:")) == 0) {
        leave_empty(c, g->f, s, name);
        if (n) {
            c->place = "left_out";
            say(c, "Not available here%s.", n->note + strlen("skipped"));
        }
        return;
    }
    size_t row = situation_row(g->f, s, n->model);
    if (!number_is_sound(n))
        doubt(c, n);
    else if (row < g->f->chooser.rows)
        place_candidate(c, g->f, s, n, row);
    else
        place_outsider(c, s, n);
    if (s->best && !number_is_sound(n))
        set_ratio_of_ratios(c, s, n);
    if (s->kind == RATIO)
        print_ratio(c, s, n);
    else
        print_value(c, s, n);
    say_who(c, g, n);
}

static json_t *cells(struct grid *g, const char *name)
{
    json_t *list = made(json_array());
    struct shown c;
    for (size_t i = 0; i < g->columns_count; i++) {
        fill(&c, g, &g->columns[i], name);
        add(list, json_pack("{s:s, s:i, s:s, s:s, s:o, s:o}", "place", c.place, "shade", c.shade,
                            "text", c.text, "interval", c.interval, "sort", real_or_null(c.sort),
                            "reason", text_or_null(c.reason)));
    }
    return list;
}

static json_t *rows(struct grid *g)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < g->rows_count; i++) {
        const struct row *row = &g->rows[i];
        json_t *object = made(json_pack(
            "{s:s, s:s, s:b, s:s, s:i, s:b, s:o}", "model", row->name, "hue", row->shape.hue,
            "pool", row->shape.is_pool, "group", row->shape.title, "order", (int)i, "pinned",
            strcmp(row->name, "fork") == 0, "cells", cells(g, row->name)));
        shape_mark_foreign(&row->shape, object);
        add(list, object);
    }
    return list;
}

static json_t *note(const struct grid *g)
{
    char text[2048];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "A ratio says how many times as bad as the best a model is; it is taken within blocks. "
        "≈: the 95 %% CI includes 1 and ends below 1.25. ?: undecided, or suspect. "
        "Libraries and servers of one client at a time are shown, but are never the best.");
    if (*g->variants)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, " †: measured as %s.", g->variants);
    if (g->not_measured && used < sizeof text)
        snprintf(text + used, sizeof text - used, " %zu more %s: make bench-all.", g->not_measured,
                 g->not_measured == 1 ? "situation" : "situations");
    return made(json_string(text));
}

json_t *grid_section(const struct facts *f)
{
    struct grid g = {.f = f};
    g.columns_count = situations_read(f, &g.columns, &g.not_measured);
    find_rows(&g);
    json_t *columns = made(json_array());
    for (size_t i = 0; i < g.columns_count; i++)
        add(columns, situation_json(f, &g.columns[i]));
    json_t *list = rows(&g);
    json_t *section =
        json_pack("{s:o, s:o, s:o}", "columns", columns, "rows", list, "note", note(&g));
    free(g.columns);
    free(g.rows);
    return made(section);
}
