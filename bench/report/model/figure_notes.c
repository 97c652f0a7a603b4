#include "bench/report/model/figure_parts.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

// Whether a note, codes separated by ';', has this one.
static bool has_code(const char *note, const char *code)
{
    size_t length = strlen(code);
    for (const char *at = note; at; at = strchr(at, ';')) {
        at += *at == ';';
        if (strcspn(at, ";") == length && begins(at, code))
            return true;
    }
    return false;
}

static void add_not_run(const struct figure *g, json_t *notes)
{
    const struct table *t = &g->f->models;
    if (t->rows == 0)
        return;
    size_t experiment = table_column(t, "experiment"), name = table_column(t, "name"),
           status = table_column(t, "status");
    for (size_t i = 0; i < t->rows; i++) {
        const char *text = table_text(t, i, status);
        if (strcmp(table_text(t, i, experiment), g->e->stem) == 0 && begins(text, "skipped: "))
            add(notes, json_sprintf("not run: %s (%s)", table_text(t, i, name),
                                    text + strlen("skipped: ")));
    }
}

static bool is_drawn(const struct figure *g, const char *model)
{
    for (size_t i = 0; i < g->model_count; i++)
        if (strcmp(g->models[i].name, model) == 0)
            return true;
    return false;
}

// The models that have no row in the picture, and those whose line ends early. The numbers of a
// model are adjacent.
static void add_failures(const struct figure *g, json_t *notes)
{
    const char *named = "";
    for (const struct number *n = g->begin; n < g->end; n++) {
        if (strcmp(n->metric, g->metric->name) != 0 || strcmp(n->model, named) == 0 ||
            figure_has_value(n) || begins(n->note, "skipped: "))
            continue;
        if (!is_drawn(g, n->model)) {
            add(notes, json_sprintf("no valid trial: %s", n->model));
        } else if (begins(n->note, "no valid trial: ")) {
            const char *why = strrchr(n->note, ';');
            char x[FORMAT_BYTES];
            if (g->x_is_word)
                snprintf(x, sizeof x, "%s", n->x);
            else
                format_count(strtod(n->x, NULL), x);
            add(notes, json_sprintf("no valid trial: %s at %s (%s)", n->model, x,
                                    why ? why + 2 : n->note + strlen("no valid trial: ")));
        } else {
            continue;
        }
        named = n->model;
    }
}

// What a ratio or a doubt refers to.
static const char *other(const struct figure *g)
{
    const char *baseline = experiment_need(g->e, "baseline");
    return strcmp(baseline, "own") == 0 ? "the plain program" : baseline;
}

static void add_reasons(const struct figure *g, json_t *notes)
{
    const struct table *t = &g->f->validity;
    if (t->rows == 0)
        return;
    size_t code = table_column(t, "code"), says = table_column(t, "says");
    for (size_t i = 0; i < t->rows; i++) {
        bool is_found = false;
        for (const struct number *n = g->begin; n < g->end && !is_found; n++)
            is_found = figure_draws(g, n) && strcmp(n->validity, "suspect") == 0 &&
                       has_code(n->note, table_text(t, i, code));
        if (is_found)
            add(notes,
                json_sprintf("hollow, %s: %s", table_text(t, i, code), table_text(t, i, says)));
    }
}

static void add_bars(const struct figure *g, json_t *notes)
{
    bool is_merged = false;
    for (const struct panel *p = g->panels; p < g->panels + g->panel_count; p++) {
        const struct metric *m = metric_named(p->metric);
        is_merged = is_merged || (m && m->is_merged);
    }
    add(notes,
        json_sprintf("error bars: 95 %% interval of the median over blocks%s",
                     is_merged ? "; 99.9th percentile and bands: of all blocks together" : ""));
}

static void add_marks(const struct figure *g, json_t *notes)
{
    bool has_ratio = false, is_doubtful = false, is_undecided = false, has_bars = false;
    for (const struct number *n = g->begin; n < g->end; n++) {
        if (!figure_draws(g, n))
            continue;
        has_ratio = has_ratio || figure_has_ratio(n);
        is_doubtful = is_doubtful || figure_doubts_ratio(g, n);
        is_undecided = is_undecided || strcmp(n->verdict, "undecided") == 0;
        has_bars = has_bars || n->low < n->high;
    }
    if (has_ratio && g->x_is_word)
        add(notes, json_sprintf("×: ratio to %s in the same condition (%s), "
                                "paired within blocks",
                                other(g), g->x_title));
    else if (has_ratio)
        add(notes, json_sprintf("×: ratio to %s, paired within blocks", other(g)));
    if (is_doubtful)
        add(notes, json_sprintf("×?: suspect, because the number of %s is", other(g)));
    if (is_undecided)
        add(notes, json_sprintf("hollow: undecided whether it differs from %s", other(g)));
    add_reasons(g, notes);
    if (has_bars)
        add_bars(g, notes);
}

json_t *figure_notes(const struct figure *g)
{
    const struct question q = {.f = g->f, .e = g->e, .xs = g->xs, .xs_count = g->x_count};
    json_t *notes = made(json_array());
    add_not_run(g, notes);
    notes_say_left_out(&q, notes);
    add_failures(g, notes);
    add_marks(g, notes);
    return notes;
}
