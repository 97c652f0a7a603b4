#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/report/model/axis.h"
#include "bench/report/model/format.h"
#include "bench/report/model/headline.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/question.h"
#include "bench/report/model/section.h"
#include "bench/report/model/shape.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The first picture: the cells of the headline question at one x.
struct picture {
    struct question q;
    const char *x;
    struct row {
        const struct number *n;
        struct shape shape;
    } * rows; // in the order of the page
    size_t count;
    struct axis axis; // of ratios, or of values if there are no ratios, because the baseline is 0
};

// ---- its rows -----------------------------------------------------------------------------------

// The largest x that the answer is for.
static const char *chosen_x(const struct question *q)
{
    const char *at = experiment_get(q->e, "headline_at");
    for (size_t i = q->xs_count; i-- > 0 && at;)
        if (is_listed(q->xs[i], at))
            return q->xs[i];
    return q->xs[q->xs_count - 1];
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = a->shape.place - b->shape.place;
    if (!order)
        order = (a->n->ratio < b->n->ratio) - (a->n->ratio > b->n->ratio);
    if (!order)
        order = (a->n->value < b->n->value) - (a->n->value > b->n->value);
    return order ? order : strcmp(a->n->model, b->n->model);
}

static void read_rows(struct picture *p)
{
    const struct question *q = &p->q;
    p->rows = memory_for(q->count, sizeof *p->rows);
    for (size_t i = 0; i < q->count; i++)
        if (strcmp(q->cells[i]->x, p->x) == 0 && !isnan(q->cells[i]->value))
            p->rows[p->count++] =
                (struct row){q->cells[i], shape_of(q->f, q->e->stem, q->cells[i]->model)};
    qsort(p->rows, p->count, sizeof *p->rows, compare_rows);
}

// Whether there are ratios to draw, besides those of the baseline to itself.
static bool has_ratios(const struct picture *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->rows[i].n->ratio > 0 && isfinite(p->rows[i].n->ratio) && !is_baseline(p->rows[i].n))
            return true;
    return false;
}

static void choose_axis(struct picture *p)
{
    bool is_log = has_ratios(p);
    double *values = memory_for(3 * p->count, sizeof *values);
    for (size_t i = 0; i < p->count; i++) {
        const struct number *n = p->rows[i].n;
        values[3 * i] = is_log ? n->ratio : n->value;
        values[3 * i + 1] = is_log ? n->ratio_low : n->low;
        values[3 * i + 2] = is_log ? n->ratio_high : n->high;
    }
    p->axis = axis_for(is_log, values, 3 * p->count);
    free(values);
}

// ---- a row --------------------------------------------------------------------------------------

// Whether no conclusion may rest on what is drawn.
static bool is_hollow(const struct picture *p, const struct number *n)
{
    if (is_baseline(n) || !p->axis.is_log)
        return !number_is_sound(n);
    return !ratio_is_sound(p->q.f, n) || strcmp(n->verdict, "different") != 0;
}

// The models that the headline is about have a label.
static json_t *label_of(const struct picture *p, const struct number *n)
{
    const char *headline = experiment_get(p->q.e, "headline");
    char text[FORMAT_BYTES];
    if (!p->axis.is_log || !headline || !is_listed(n->model, headline) || is_baseline(n))
        return json_string("");
    if (isnan(n->ratio_low))
        return json_string("too few blocks");
    if (!ratio_is_sound(p->q.f, n))
        return json_string("suspect");
    if (strcmp(n->verdict, "different") != 0)
        return json_string(strcmp(n->verdict, "same") == 0 ? "about the same"
                                                           : "no difference shown");
    format_ratio(n->ratio, text);
    return json_string(text);
}

static json_t *row_of(const struct picture *p, const struct number *n)
{
    bool is_log = p->axis.is_log;
    return made(json_pack("{ss so so so so so sb so ss}", "model", n->model, "ratio", json_ratio(n),
                          "value", json_value(n, p->q.metric->unit), "at",
                          axis_at(&p->axis, is_log ? n->ratio : n->value), "left",
                          axis_at(&p->axis, is_log ? n->ratio_low : n->low), "right",
                          axis_at(&p->axis, is_log ? n->ratio_high : n->high), "hollow",
                          is_hollow(p, n), "label", label_of(p, n), "follow", n->model));
}

// ---- groups -------------------------------------------------------------------------------------

// "Pool of 16 processes", if all pools of the question have that size.
static json_t *title_of(const struct picture *p, const struct shape *shape)
{
    const char *pool = experiment_get(p->q.e, "pool");
    if (strncmp(shape->title, "Pool", strlen("Pool")) != 0 || !pool ||
        !isdigit((unsigned char)*pool) || is_varied(p->q.e, "workers"))
        return json_string(shape->title);
    struct prose text;
    prose_begin(&text);
    fprintf(text.to, "Pool of %s %s", pool, strrchr(shape->title, ' ') + 1);
    return prose_json(&text);
}

static json_t *groups_of(const struct picture *p)
{
    json_t *groups = made(json_array());
    for (size_t i = 0; i < p->count;) {
        const struct shape *shape = &p->rows[i].shape;
        json_t *rows = made(json_array());
        for (; i < p->count && p->rows[i].shape.place == shape->place; i++)
            add(rows, row_of(p, p->rows[i].n));
        json_t *group = made(json_pack("{so ss sb so}", "title", title_of(p, shape), "hue",
                                       shape->hue, "pool", shape->is_pool, "rows", rows));
        shape_mark_foreign(shape, group);
        add(groups, group);
    }
    return groups;
}

// ---- the words around it ------------------------------------------------------------------------

// Ratios to its own program, if each variant has its own baseline.
static const char *baseline_name(const struct picture *p)
{
    const char *baseline = experiment_need(p->q.e, "baseline");
    return strcmp(baseline, "own") == 0 ? "plain" : baseline;
}

static const char *per_what(const struct picture *p)
{
    const char *per = experiment_get(p->q.e, "per");
    return strcmp(p->q.metric->per, "operation") == 0 && per ? per : p->q.metric->per;
}

// "Server CPU per connection, as a multiple of epoll"
static json_t *title(const struct picture *p)
{
    const char *label = p->q.metric->label, *per = per_what(p);
    char spot[SPOT_BYTES];
    struct prose text;
    prose_begin(&text);
    fprintf(text.to, "%c%s", toupper((unsigned char)*label), label + 1);
    if (*per)
        fprintf(text.to, " per %s", per);
    question_spot(&p->q, p->x, spot);
    if (*spot)
        fprintf(text.to, " %s", spot);
    if (p->axis.is_log)
        fprintf(text.to, ", as a multiple of %s",
                strcmp(baseline_name(p), "plain") == 0 ? "the plain program" : baseline_name(p));
    return prose_json(&text);
}

// The heading of the column of values.
static const char *unit_heading(const struct metric *metric)
{
    switch (metric->metric_class) {
    case CPU_TIMES:
        return "CPU";
    case RATES:
        return "rate";
    case LATENCIES:
    case MEDIANS:
        return "latency";
    case DURATIONS:
        return "time";
    case SHARES:
        return "share";
    default:
        return strcmp(metric->unit, "KiB") == 0 ? "memory" : "count";
    }
}

// The models that took part and have no number there, or how many they are.
static void say_missing(const struct picture *p, FILE *to)
{
    enum { LISTED = 6 };
    size_t missing = 0;
    for (size_t i = 0; i < p->q.count; i++)
        missing += strcmp(p->q.cells[i]->x, p->x) == 0 && isnan(p->q.cells[i]->value);
    if (missing > LISTED)
        fprintf(to, " %zu models have no number.", missing);
    if (!missing || missing > LISTED)
        return;
    const char *separator = " No number: ";
    for (size_t i = 0; i < p->q.count; i++)
        if (strcmp(p->q.cells[i]->x, p->x) == 0 && isnan(p->q.cells[i]->value)) {
            fprintf(to, "%s%s", separator, p->q.cells[i]->model);
            separator = ", ";
        }
    fputc('.', to);
}

static json_t *note(const struct picture *p)
{
    struct prose text;
    prose_begin(&text);
    fputs(p->axis.is_log ? "Log scale." : "Linear scale.", text.to);
    say_missing(p, text.to);
    return prose_json(&text);
}

json_t *hero_section(const struct facts *f)
{
    const struct experiment *e = headline_experiment(f);
    struct picture p = {.count = 0};
    question_read(&p.q, f, e);
    p.x = chosen_x(&p.q);
    read_rows(&p);
    choose_axis(&p);
    json_t *section =
        json_pack("{ss so ss ss so so so so}", "experiment", e->stem, "title", title(&p),
                  "unit_heading", unit_heading(p.q.metric), "baseline", baseline_name(&p),
                  "baseline_at", axis_at(&p.axis, p.axis.is_log ? 1 : NAN), "ticks",
                  p.count ? axis_ticks(&p.axis, baseline_name(&p), p.q.metric->unit) : json_array(),
                  "groups", groups_of(&p), "note", note(&p));
    free(p.rows);
    question_free(&p.q);
    return made(section);
}
