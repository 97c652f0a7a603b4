#include "bench/report/model/figure.h"

#include "bench/base/memory.h"
#include "bench/report/model/figure_parts.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/question.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DERIVED "derived"    // the metric of derived quantities
enum { CONDITIONS = 3 };     // panels side by side, at most
enum { SERVER_GROUPS = 13 }; // shape.c: the first are servers of which it is known what serves

#define PANELS_MARK "# panels: "

bool figure_has_value(const struct number *n)
{
    return !isnan(n->value);
}

bool figure_draws(const struct figure *g, const struct number *n)
{
    if (!figure_has_value(n))
        return false;
    for (const struct panel *p = g->panels; p < g->panels + g->panel_count; p++)
        if (strcmp(p->metric, n->metric) == 0 && (!p->x || strcmp(p->x, n->x) == 0))
            return true;
    return false;
}

// A script of its own may draw other numbers of the question, too, without their marks.
static bool is_needed(const struct figure *g, const struct number *n)
{
    return figure_draws(g, n) || (g->own && figure_has_value(n));
}

bool figure_is_hollow(const struct number *n)
{
    return strcmp(n->validity, "suspect") == 0 || strcmp(n->verdict, "undecided") == 0;
}

bool figure_has_ratio(const struct number *n)
{
    return isfinite(n->ratio) && strcmp(n->model, n->baseline) != 0;
}

static void read_x(struct figure *g)
{
    g->x_count = facts_xs(g->f, g->e, &g->xs);
    g->x_is_word = isalpha((unsigned char)g->xs[0][0]);
    const char *axis = experiment_get(g->e, "axis");
    const char *vary = experiment_get(g->e, "vary");
    if (axis)
        snprintf(g->x_title, sizeof g->x_title, "%s", axis);
    else if (vary)
        snprintf(g->x_title, sizeof g->x_title, "%.*s", (int)strcspn(vary, " "), vary);
}

// Reads the line of the question's own script that names its metrics.
static void read_own_panels(struct figure *g)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/../../plots/%s.gp", g->f->questions, g->e->stem);
    FILE *script = fopen(path, "re");
    if (!script)
        return;
    size_t size = 0;
    while (getline(&g->own, &size, script) > 0)
        if (strncmp(g->own, PANELS_MARK, strlen(PANELS_MARK)) == 0)
            break;
    if (ferror(script) || feof(script))
        errx(1, "%s: no line \"%sMETRIC ...\"", path, PANELS_MARK);
    fclose(script);
}

static void add_panel(struct figure *g, const char *metric, const char *x)
{
    if (g->panel_count < PANELS)
        g->panels[g->panel_count++] = (struct panel){metric, x};
}

// The first of the other metrics to show that is no mere count, unless the question is about
// counts.
static const char *second_metric(const struct figure *g)
{
    const char *also = experiment_get(g->e, "also");
    char name[64];
    for (int length; also && sscanf(also, " %63s%n", name, &length) == 1; also += length) {
        const struct metric *m = experiment_metric(g->e, name);
        if (m->metric_class != COUNTS || g->metric->metric_class == COUNTS)
            return m->name;
    }
    return NULL;
}

// Lines need a logarithmic axis with several places. A share can be 0.
static bool can_be_lines(const struct figure *g)
{
    bool can = g->x_count > 2 && !g->x_is_word && g->metric->metric_class != SHARES;
    for (size_t i = 0; i < g->x_count; i++)
        can = can && strtod(g->xs[i], NULL) > 0;
    return can;
}

static void choose_panels(struct figure *g)
{
    read_own_panels(g);
    g->is_lines = can_be_lines(g);
    if (g->own) {
        char *rest, *name = strtok_r(g->own + strlen(PANELS_MARK), " \n", &rest);
        for (; name; name = strtok_r(NULL, " \n", &rest))
            add_panel(g, name, NULL);
    } else if (!g->is_lines && !g->x_is_word && g->x_count > 1) {
        for (size_t i = 0; i < g->x_count && i < CONDITIONS; i++)
            add_panel(g, g->metric->name, g->xs[i]);
    } else {
        add_panel(g, g->metric->name, NULL);
        if (second_metric(g))
            add_panel(g, second_metric(g), NULL);
    }
}

static size_t place_of(const struct figure *g, const char *x)
{
    for (size_t i = 0; i < g->x_count; i++)
        if (strcmp(g->xs[i], x) == 0)
            return i + 1;
    return 0;
}

static struct drawn_model *model_named(const struct figure *g, const char *name)
{
    for (size_t i = 0; i < g->model_count; i++)
        if (strcmp(g->models[i].name, name) == 0)
            return &g->models[i];
    return NULL;
}

static void note_model(struct figure *g, const struct number *n)
{
    struct drawn_model *m = model_named(g, n->model);
    if (!m) {
        m = &g->models[g->model_count];
        *m = (struct drawn_model){.name = n->model,
                                  .family = n->family,
                                  .shape = shape_of(g->f, n->experiment, n->model),
                                  .is_spinning = strcmp(n->family, "spinning") == 0,
                                  .cost = INFINITY,
                                  .row = ++g->model_count};
    }
    if (strcmp(n->metric, g->metric->name) == 0 && place_of(g, n->x) >= m->last_x) {
        m->last_x = place_of(g, n->x);
        m->cost = g->metric->better == MORE ? -n->value : n->value;
    }
}

static int by_cost(const void *left, const void *right)
{
    const struct drawn_model *a = left, *b = right;
    if (a->is_spinning != b->is_spinning)
        return a->is_spinning - b->is_spinning;
    if (a->last_x != b->last_x)
        return a->last_x < b->last_x ? 1 : -1;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    return a->row < b->row ? -1 : 1;
}

static void rank_models(struct figure *g)
{
    g->models = memory_for((size_t)(g->end - g->begin), sizeof *g->models);
    for (const struct number *n = g->begin; n < g->end; n++)
        if (is_needed(g, n) && strcmp(n->metric, DERIVED) != 0)
            note_model(g, n);
    qsort(g->models, g->model_count, sizeof *g->models, by_cost);
    for (size_t i = 0; i < g->model_count; i++) {
        g->models[i].row = i + 1;
        for (size_t k = 0; k < i; k++)
            g->models[i].line += strcmp(g->models[k].shape.hue, g->models[i].shape.hue) == 0 &&
                                 g->models[k].shape.is_pool == g->models[i].shape.is_pool;
    }
}

bool figure_doubts_ratio(const struct figure *g, const struct number *n)
{
    const struct number *base = baseline_number(g->f, n);
    return figure_has_ratio(n) && strcmp(n->validity, "suspect") != 0 && base &&
           strcmp(base->validity, "suspect") == 0;
}

// ---- what is drawn, as JSON ----

static const char *unit_of(const struct figure *g, const struct number *n)
{
    if (strcmp(n->metric, DERIVED) != 0)
        return experiment_metric(g->e, n->metric)->unit;
    const char *unit = experiment_unit(g->e, n->model);
    return strcmp(unit, "-") == 0 ? g->metric->unit : unit;
}

// "153 µs (6.6×)".
static json_t *label_of(const struct figure *g, const struct number *n, const char *unit)
{
    char value[FORMAT_BYTES], ratio[FORMAT_BYTES];
    format_value(n->value, unit, value);
    if (!figure_has_ratio(n) || isinf(n->value))
        return json_string(value);
    format_ratio(n->ratio, ratio);
    return json_sprintf("%s (%s%s)", value, ratio, figure_doubts_ratio(g, n) ? "?" : "");
}

// A condition that is a word has its own row, close to the other rows of its model.
static double row_of(const struct figure *g, const struct drawn_model *m, const struct number *n)
{
    if (!g->x_is_word)
        return (double)m->row;
    return (double)(m->row - 1) * ((double)g->x_count + 0.5) + (double)place_of(g, n->x);
}

static json_t *row_name(const struct figure *g, const struct number *n)
{
    if (!g->x_is_word)
        return json_string(n->model);
    return json_sprintf("%s, %s", n->model, n->x);
}

static json_t *row_json(const struct figure *g, const struct number *n)
{
    static const struct drawn_model none = {
        .shape = {.group = "", .hue = ""}}; // a derived quantity has none
    const struct drawn_model *m = model_named(g, n->model);
    if (!m || strcmp(n->metric, DERIVED) == 0)
        m = &none;
    const char *unit = unit_of(g, n);
    double scale = strcmp(unit, "share") == 0 ? 100 : 1; // shown in percent
    json_t *row = made(json_pack(
        "{ss ss ss ss so so so so so so so sf ss sb si so sb ss ss}", "metric", n->metric, "model",
        n->model, "family", n->family, "x", n->x, "value", real_or_null(scale * n->value), "low",
        real_or_null(scale * n->low), "high", real_or_null(scale * n->high), "ratio",
        real_or_null(n->ratio), "ratio_low", real_or_null(n->ratio_low), "ratio_high",
        real_or_null(n->ratio_high), "name", row_name(g, n), "row", row_of(g, m, n), "hue",
        m->shape.hue, "pool", m->shape.is_pool, "line", (int)m->line, "label", label_of(g, n, unit),
        "hollow", figure_is_hollow(n), "validity", n->validity, "verdict", n->verdict));
    shape_mark_foreign(&m->shape, row);
    return row;
}

// The rows of a metric, model after model, in the order of the conditions.
static void add_rows(const struct figure *g, const char *metric, json_t *rows)
{
    for (size_t i = 0; i < g->model_count; i++)
        for (size_t k = 0; k < g->x_count; k++) {
            const struct number *n =
                facts_number(g->f, g->e->stem, metric, g->models[i].name, g->xs[k]);
            if (n && is_needed(g, n))
                add(rows, row_json(g, n));
        }
}

static void add_derived(const struct figure *g, json_t *rows)
{
    for (const struct number *n = g->begin; n < g->end; n++)
        if (strcmp(n->metric, DERIVED) == 0 && figure_draws(g, n))
            add(rows, row_json(g, n));
}

static json_t *rows_json(const struct figure *g)
{
    json_t *rows = made(json_array());
    add_rows(g, g->metric->name, rows);
    const char *also = experiment_get(g->e, "also");
    char name[64];
    for (int length; also && sscanf(also, " %63s%n", name, &length) == 1; also += length)
        add_rows(g, name, rows);
    add_derived(g, rows);
    return rows;
}

// "Server CPU per connection, µs".
static json_t *panel_title(const struct figure *g, const char *metric)
{
    if (strcmp(metric, DERIVED) == 0)
        return json_string("");
    const struct metric *m = experiment_metric(g->e, metric);
    const char *per = m->per, *unit = m->unit;
    if (strcmp(per, "operation") == 0 && experiment_get(g->e, "per"))
        per = experiment_get(g->e, "per");
    if (strcmp(unit, "/s") == 0)
        unit = "";
    else if (strcmp(unit, "share") == 0)
        unit = "%";
    return json_sprintf("%c%s%s%s%s%s", toupper((unsigned char)m->label[0]), m->label + 1,
                        *per ? " per " : "", per, *unit ? ", " : "", unit);
}

// "with 8 stalled clients"; "at 50 connections".
static json_t *panel_condition(const struct figure *g, const char *x)
{
    const struct question q = {.e = g->e, .xs = g->xs, .xs_count = g->x_count};
    char spot[SPOT_BYTES];
    question_spot(&q, x ? x : "-", spot);
    return json_string(spot);
}

static json_t *panels_json(const struct figure *g)
{
    json_t *panels = made(json_array());
    for (const struct panel *p = g->panels; p < g->panels + g->panel_count; p++)
        add(panels, json_pack("{ss ss so so}", "metric", p->metric, "x", p->x ? p->x : "", "title",
                              panel_title(g, p->metric), "condition", panel_condition(g, p->x)));
    return panels;
}

static json_t *published_json(const struct figure *g)
{
    json_t *published = made(json_object());
    for (size_t i = 0; i < g->e->lines; i++) {
        if (strcmp(g->e->keys[i], "published") != 0)
            continue;
        const char *value = g->e->values[i];
        size_t name = strcspn(value, " ");
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)name, value);
        json_object_set_new(published, key, json_string(value + name + strspn(value + name, " ")));
    }
    return published;
}

// A colour may stand for two things: one at a time, and what is not known of a foreign server.
static void add_to_legend(json_t *legend, const char *hue, const char *text)
{
    const char *before = json_string_value(json_object_get(legend, hue));
    if (before && strstr(before, text))
        return;
    json_object_set_new(legend, hue,
                        before ? json_sprintf("%s, %s", before, text) : json_string(text));
}

// Who serves, by the hue, or a task in its place; of programs that are no servers, their group.
static void legend_text(const struct shape *s, const char *server, char *text, size_t bytes)
{
    if (s->place < SERVER_GROUPS)
        snprintf(text, bytes, "%s", strstr(s->title, "task") ? "task" : server);
    else
        snprintf(text, bytes, "%c%s", tolower((unsigned char)*s->title), s->title + 1);
}

// What each colour stands for.
static json_t *legend_json(const struct figure *g)
{
    static const struct {
        const char *hue, *text;
    } servers[] = {{"p", "process"},
                   {"t", "thread"},
                   {"m", "event loop"},
                   {"l", "library"},
                   {"o", "one at a time"}};
    json_t *legend = made(json_object());
    for (size_t k = 0; k < sizeof servers / sizeof *servers; k++)
        for (size_t i = 0; i < g->model_count; i++) {
            const struct shape *s = &g->models[i].shape;
            char text[64];
            legend_text(s, servers[k].text, text, sizeof text);
            if (strcmp(s->hue, servers[k].hue) == 0)
                add_to_legend(legend, s->hue, text);
        }
    return legend;
}

// The conditions that have a number.
static json_t *xs_json(const struct figure *g)
{
    json_t *xs = made(json_array());
    for (size_t i = 0; i < g->x_count; i++)
        for (const struct number *n = g->begin; n < g->end; n++)
            if (figure_draws(g, n) && strcmp(n->x, g->xs[i]) == 0) {
                add(xs, json_string(g->xs[i]));
                break;
            }
    return xs;
}

static json_t *models_json(const struct figure *g)
{
    json_t *models = made(json_array());
    for (const struct drawn_model *m = g->models; m < g->models + g->model_count; m++) {
        json_t *model = made(json_pack("{ss ss sb si}", "name", m->name, "hue", m->shape.hue,
                                       "pool", m->shape.is_pool, "line", (int)m->line));
        shape_mark_foreign(&m->shape, model);
        add(models, model);
    }
    return models;
}

// "run reference: Intel Xeon, 2 CPUs, KVM, Linux 6.18.44, 26 November 2026".
static json_t *footer_json(const struct figure *g)
{
    char day[FORMAT_BYTES] = "";
    const char *date = facts_environment(g->f, "date");
    if (date)
        format_date(date, day);
    json_t *machine = machine_section(g->f);
    const char *name = json_string_value(json_object_get(machine, "short"));
    json_t *footer = json_sprintf("run %s: %s%s%s", g->f->name, name ? name : "unknown machine",
                                  *day ? ", " : "", day);
    json_decref(machine);
    return footer;
}

// Numeric conditions that are all of one size.
static bool fits_linear_axis(const struct figure *g)
{
    return strtod(g->xs[g->x_count - 1], NULL) < 10 * strtod(g->xs[0], NULL);
}

static json_t *figure_json(const struct figure *g)
{
    const char *at = experiment_get(g->e, "headline_at");
    const char *question = experiment_get(g->e, "question");
    return made(json_pack(
        "{ss ss ss ss ss sb so ss so so so so so so so}", "form", g->is_lines ? "lines" : "dots",
        "question", question ? question : g->e->stem, "metric", g->metric->name, "baseline",
        experiment_need(g->e, "baseline"), "x_title", g->x_title, "linear_x",
        g->is_lines && fits_linear_axis(g), "xs", xs_json(g), "headline_at", at ? at : "", "models",
        models_json(g), "panels", panels_json(g), "rows", rows_json(g), "below", figure_notes(g),
        "legend", legend_json(g), "published", published_json(g), "footer", footer_json(g)));
}

static bool draws_any(const struct figure *g)
{
    for (const struct number *n = g->begin; n < g->end; n++)
        if (figure_draws(g, n))
            return true;
    return false;
}

json_t *figure_of(const struct facts *f, const struct experiment *e)
{
    struct figure g = {.f = f, .e = e, .metric = experiment_headline_metric(e)};
    g.begin = f->numbers;
    g.end = f->numbers + f->numbers_count;
    while (g.begin < g.end && strcmp(g.begin->experiment, e->stem) != 0)
        g.begin++;
    while (g.begin < g.end && strcmp(g.end[-1].experiment, e->stem) != 0)
        g.end--;
    read_x(&g);
    choose_panels(&g);
    rank_models(&g);
    json_t *figure = draws_any(&g) ? figure_json(&g) : json_null();
    free(g.models);
    free(g.own);
    free(g.xs);
    return figure;
}
