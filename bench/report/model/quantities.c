#include "bench/report/model/quantities.h"
#include "bench/base/names.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_BYTES = 32 };

// ---- units --------------------------------------------------------------------------------------

// A unit line is a unit and words ("µs of computing in each request"), or only words ("times the
// CPU on 1", "of fork's"): the quantity is then a ratio. Returns the words.
static const char *split_unit(const struct experiment *e, const char *name, char unit[UNIT_BYTES])
{
    static const char ratio[] = "of times";
    const char *line = experiment_unit(e, name);
    size_t length = strcspn(line, " ");
    snprintf(unit, UNIT_BYTES, "%.*s", (int)length, line);
    if (is_listed(unit, ratio) || experiment_derives(e, name, "change")) {
        snprintf(unit, UNIT_BYTES, "ratio");
        return strcmp(line, "-") == 0 ? "" : line;
    }
    if (strcmp(unit, "-") == 0)
        snprintf(unit, UNIT_BYTES, "%s", experiment_headline_metric(e)->unit);
    return line[length] ? line + length + 1 : "";
}

// Bytes are shown as memory is: in KiB from one on.
json_t *quantity_measured(const struct experiment *e, const struct number *n)
{
    char unit[UNIT_BYTES];
    split_unit(e, n->model, unit);
    double kib = strcmp(unit, "bytes") == 0 && n->value >= 1024 ? 1024 : 1;
    return json_measured(n->value / kib, n->low / kib, n->high / kib, kib > 1 ? "KiB" : unit,
                         n->validity, n->blocks);
}

// ---- published values ---------------------------------------------------------------------------

// A number, or two with '-' or '/' between them. NAN: nothing is published for this quantity.
static double published_value(const struct experiment *e, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < e->lines; i++) {
        double a, b;
        char sign;
        if (strcmp(e->keys[i], "published") != 0 || strncmp(e->values[i], name, length) != 0)
            continue;
        int words = sscanf(e->values[i] + length, " %lf %c %lf", &a, &sign, &b);
        if (words == 3)
            return sign == '/' ? a / b : a - b;
        if (words == 1)
            return a;
    }
    return NAN;
}

static json_t *published(const struct experiment *e, const char *name)
{
    char unit[UNIT_BYTES], text[FORMAT_BYTES];
    double value = published_value(e, name);
    if (isnan(value))
        return json_null();
    split_unit(e, name, unit);
    if (strcmp(unit, "ratio") == 0)
        format_ratio(value, text);
    else
        format_value(value, unit, text);
    return json_string(text);
}

// ---- rows ---------------------------------------------------------------------------------------

static json_t *title(const struct question *q, const struct number *n)
{
    char name[SPOT_BYTES], unit[UNIT_BYTES], spot[SPOT_BYTES];
    const char *words = split_unit(q->e, n->model, unit);
    struct prose p;
    question_plain(n->model, name, sizeof name);
    question_spot(q, n->x, spot);
    prose_begin(&p);
    fprintf(p.to, "%s%s%s", name, *spot ? ", " : "", spot);
    if (*words)
        fprintf(p.to, " (%s)", words);
    return prose_json(&p);
}

// Why there is no value or no upper end; else its share of the baseline's cost.
static json_t *note(const struct number *n)
{
    char ratio[FORMAT_BYTES], interval[FORMAT_BYTES];
    struct prose p;
    prose_begin(&p);
    if (strcmp(n->note, "-") != 0) {
        fputs(n->note, p.to);
    } else if (!isnan(n->ratio)) {
        format_ratio(n->ratio, ratio);
        format_ratio_interval(n->ratio, n->ratio_low, n->ratio_high, interval);
        fprintf(p.to, "%s%s%s%s the cost of %s", ratio, *interval ? " (" : "", interval,
                *interval ? ")" : "", n->baseline);
    }
    return prose_json(&p);
}

static json_t *row_of(const struct question *q, const struct number *n)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", n->model, "title", title(q, n),
                     "measured", quantity_measured(q->e, n), "note", note(n), "published",
                     published(q->e, n->model));
}

// The rows of one quantity: one, or one for each x.
static void add_rows(const struct question *q, const char *name, json_t *list)
{
    const struct number *n = facts_number(q->f, q->e->stem, "derived", name, "-");
    if (n)
        add(list, row_of(q, n));
    for (size_t i = 0; i < q->xs_count && question_varies(q); i++)
        if ((n = facts_number(q->f, q->e->stem, "derived", name, q->xs[i])))
            add(list, row_of(q, n));
}

json_t *quantities_of(const struct question *q)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < q->e->lines; i++) {
        char name[64];
        if (strcmp(q->e->keys[i], "derive") == 0 && sscanf(q->e->values[i], "%63s", name) == 1)
            add_rows(q, name, list);
    }
    return list;
}
