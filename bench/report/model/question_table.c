#include "bench/report/model/question_table.h"
#include "bench/report/model/clause.h"
#include "bench/report/model/dots.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/shape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { METRICS_MOST = 16 };

// The headline metric, its ratio to the baseline, other metrics, and the number of blocks.
struct columns {
    const struct metric *metrics[METRICS_MOST]; // the headline metric first
    size_t count;
    bool has_ratio;
};

// ---- which columns ------------------------------------------------------------------------------

static const struct number *number_in(const struct question *q, const struct number *row,
                                      const struct metric *metric)
{
    return facts_number(q->f, row->experiment, metric->name, row->model, row->x);
}

static bool is_measured(const struct question *q, const struct metric *metric)
{
    for (size_t i = 0; i < q->count; i++) {
        const struct number *n = number_in(q, q->cells[i], metric);
        if (n && !isnan(n->value))
            return true;
    }
    return false;
}

static void add_metric(const struct question *q, struct columns *c, const char *name)
{
    const struct metric *metric = experiment_metric(q->e, name);
    for (size_t i = 0; i < c->count; i++)
        if (c->metrics[i] == metric)
            return;
    if (c->count < METRICS_MOST && is_measured(q, metric))
        c->metrics[c->count++] = metric;
}

static struct columns columns_of(const struct question *q)
{
    struct columns c = {{q->metric}, 1, false};
    const char *also = experiment_get(q->e, "also");
    char names[1024], *rest = names, *name;
    snprintf(names, sizeof names, "%s", also ? also : "");
    while ((name = strsep(&rest, " ")))
        if (*name)
            add_metric(q, &c, name);
    for (size_t i = 0; i < q->count && !c.has_ratio; i++)
        c.has_ratio = !isnan(q->cells[i]->ratio) && !is_baseline(q->cells[i]);
    return c;
}

// ---- headings -----------------------------------------------------------------------------------

static json_t *heading(const char *id, const char *title, bool is_text)
{
    return json_pack("{s:s, s:s, s:s, s:b}", "id", id, "title", title, "unit", "", "text", is_text);
}

static void add_headings(const struct question *q, const struct columns *c, json_t *list)
{
    const char *baseline = experiment_need(q->e, "baseline");
    char title[SPOT_BYTES];
    for (size_t i = 0; i < c->count; i++) {
        clause_title(q, c->metrics[i], title);
        add(list, heading(c->metrics[i]->name, title, false));
        if (i > 0 || !c->has_ratio)
            continue;
        snprintf(title, sizeof title, "Ratio to %s",
                 strcmp(baseline, "own") == 0 ? "the plain program" : baseline);
        add(list, heading("ratio", title, false));
        add(list, heading("verdict", "Verdict", true));
    }
    add(list, heading("blocks", "Blocks", false));
}

// ---- cells --------------------------------------------------------------------------------------

static json_t *cell(const char *text, const char *interval, json_t *sort, const char *validity,
                    json_t *reason)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:o}", "text", text, "interval", interval, "sort", sort,
                     "validity", validity, "reason", reason);
}

// What never comes is the largest.
static json_t *sort_key(double value)
{
    return isnan(value) ? json_null() : json_real(isinf(value) ? 1e300 : value);
}

// measured: its object, which is null without a number; takes over the reference.
static json_t *measured_cell(json_t *measured, double value, const char *validity, json_t *reason)
{
    const char *text = json_string_value(json_object_get(measured, "text")),
               *interval = json_string_value(json_object_get(measured, "interval"));
    json_t *made =
        cell(text ? text : "–", interval ? interval : "", sort_key(value), validity, reason);
    json_decref(measured);
    return made;
}

static json_t *value_cell(const struct question *q, const struct number *row,
                          const struct metric *metric)
{
    const struct number *n = number_in(q, row, metric);
    if (!n)
        return cell("–", "", json_null(), "invalid", json_string(""));
    return measured_cell(json_value(n, metric->unit), n->value, n->validity, note_reason(n));
}

// A ratio is no better than its baseline.
static json_t *ratio_cell(const struct question *q, const struct number *n)
{
    const struct number *base = baseline_number(q->f, n);
    if (is_baseline(n) || isnan(n->ratio))
        return cell(is_baseline(n) && !isnan(n->value) ? "1" : "–", "", sort_key(n->ratio),
                    n->validity, json_string(""));
    const struct number *worse = base && strcmp(n->validity, "valid") == 0 ? base : n;
    return measured_cell(json_ratio(n), n->ratio, worse->validity, note_reason(worse));
}

static json_t *verdict_cell(const struct number *n)
{
    char blocks[FORMAT_BYTES], text[2 * FORMAT_BYTES];
    snprintf(text, sizeof text, "%s", strcmp(n->verdict, "-") == 0 ? "" : n->verdict);
    if (strcmp(n->verdict, "same") == 0) {
        snprintf(text, sizeof text, "same within 10 %%");
    } else if (!isnan(n->blocks_needed)) {
        format_count(n->blocks_needed, blocks);
        snprintf(text, sizeof text, "undecided: %s blocks", blocks);
    }
    return cell(text, "", json_null(), n->validity, json_string(""));
}

static json_t *blocks_cell(const struct number *n)
{
    char text[FORMAT_BYTES];
    format_count((double)n->blocks, text);
    return cell(text, "", json_integer((json_int_t)n->blocks), "valid", json_string(""));
}

static json_t *cells_of(const struct question *q, const struct columns *c, const struct number *n)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < c->count; i++) {
        add(list, value_cell(q, n, c->metrics[i]));
        if (i > 0 || !c->has_ratio)
            continue;
        add(list, ratio_cell(q, n));
        add(list, verdict_cell(n));
    }
    add(list, blocks_cell(n));
    return list;
}

// ---- rows ---------------------------------------------------------------------------------------

static json_t *row_of(const struct question *q, const struct columns *c, const struct number *n)
{
    struct shape shape = shape_of(q->f, n->experiment, n->model);
    char x[FORMAT_BYTES];
    question_x(n->x, x);
    json_t *row = made(json_pack("{s:s, s:o, s:s, s:b, s:b, s:o, s:o, s:o}", "model", n->model, "x",
                                 json_string(x), "hue", shape.hue, "pool", shape.is_pool, "fork",
                                 strcmp(n->model, "fork") == 0, "cells", cells_of(q, c, n), "dots",
                                 dots_of(q->f, n, q->metric), "cite", clause_of(q, n)));
    shape_mark_foreign(&shape, row);
    return row;
}

json_t *question_table(const struct question *q)
{
    struct columns c = columns_of(q);
    json_t *headings = made(json_array()), *rows = made(json_array());
    add_headings(q, &c, headings);
    for (size_t i = 0; i < q->count; i++)
        add(rows, row_of(q, &c, q->cells[i]));
    return made(json_pack("{s:o, s:o}", "columns", headings, "rows", rows));
}
