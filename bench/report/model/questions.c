#include "bench/report/model/answer.h"
#include "bench/report/model/citation.h"
#include "bench/report/model/clause.h"
#include "bench/report/model/figure.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/quantities.h"
#include "bench/report/model/question.h"
#include "bench/report/model/question_table.h"
#include "bench/report/model/section.h"
#include "bench/report/model/thumbnail.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        made(NULL);
}

// The lines with this key, of which older runs have more than a reader wants.
static json_t *paragraphs(const struct question *q, const char *key, size_t most)
{
    json_t *list = made(json_array());
    const char *words;
    for (size_t i = 0; i < most && (words = facts_nth(q->e, key, i)); i++)
        add(list, json_string(words));
    return list;
}

// ---- files --------------------------------------------------------------------------------------

static void add_file(json_t *list, const char *name, const char *folder, const char *stem,
                     const char *end)
{
    char path[256];
    snprintf(path, sizeof path, "%s%s%s", folder, stem, end);
    add(list, json_pack("{s:s, s:s}", "name", name, "path", path));
}

static json_t *files_of(const struct question *q)
{
    json_t *list = made(json_array());
    const char *table = facts_are_packed(q->f) ? ".tsv.xz" : ".tsv";
    add_file(list, "All numbers", "", "summary", table);
    add_file(list, "Raw trials", "", "trials", table);
    add_file(list, "Conditions", "experiments/", q->e->stem, ".conf");
    return list;
}

// The pictures, which are drawn after this. A packed run keeps only the SVG.
static json_t *plot_of(const struct question *q, const json_t *figure)
{
    static const char folder[] = "plots/";
    const char *stem = q->e->stem;
    char svg[256], title[SPOT_BYTES], label[2 * SPOT_BYTES];
    if (!json_is_object(figure))
        return json_null();
    json_t *files = made(json_array());
    add_file(files, "SVG", folder, stem, ".svg");
    if (!facts_are_packed(q->f)) {
        add_file(files, "PDF", folder, stem, ".pdf");
        add_file(files, "PNG", folder, stem, ".png");
        add_file(files, "LaTeX", folder, stem, "_latex.tex");
        add_file(files, "Plotted values", folder, stem, ".tsv");
    }
    snprintf(svg, sizeof svg, "plots/%s.svg", stem);
    clause_title(q, q->metric, title);
    snprintf(label, sizeof label, "%s of each model; the table below has the numbers.", title);
    return json_pack("{s:s, s:s, s:o}", "svg", svg, "label", label, "files", files);
}

// ---- convergence --------------------------------------------------------------------------------

// How far the interval of a ratio reaches to either side, in percent.
static double reach(const struct number *n)
{
    return 100 * fmax(n->ratio_high / n->ratio - 1, 1 - n->ratio_low / n->ratio);
}

// What the headline ratios are to reach: ±5 %.
static const double target_percent = 5;

static json_t *convergence(const struct number *widest, size_t few)
{
    char text[256] = "No headline ratio.", number[FORMAT_BYTES];
    bool is_ok = !few && (!widest || reach(widest) <= target_percent);
    if (few) {
        format_count((double)few, number);
        snprintf(text, sizeof text, "Not converged: %s headline %s too few blocks for an interval.",
                 number, few == 1 ? "ratio has" : "ratios have");
    } else if (!is_ok) {
        format_count(ceil(reach(widest)), number);
        snprintf(text, sizeof text, "Not converged: a headline ratio is known only within ±%s %%.",
                 number);
    } else if (widest) {
        snprintf(text, sizeof text, "Converged: all headline ratios are known within ±%g %%.",
                 target_percent);
    }
    return json_pack("{s:b, s:s}", "ok", is_ok, "text", text);
}

static json_t *converged(const struct question *q)
{
    const struct number **cells, *widest = NULL;
    size_t count = question_headline(q, &cells), few = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(cells[i]->ratio))
            continue;
        if (isnan(cells[i]->ratio_low))
            few++;
        else if (!widest || reach(cells[i]) > reach(widest))
            widest = cells[i];
    }
    free(cells);
    return convergence(widest, few);
}

// ---- a question ---------------------------------------------------------------------------------

static void add_answer(json_t *object, const struct question *q)
{
    enum state state;
    json_t *rich = answer(q->f, q->e, &state);
    char *plain = rich_plain(rich);
    set(object, "answer", rich);
    set(object, "answer_plain", json_string(plain));
    set(object, "state", json_string(state_names[state]));
    citation_add(object, q, plain);
    free(plain);
}

static void add_words(json_t *object, const struct question *q)
{
    char axis[SPOT_BYTES];
    question_axis(q, axis);
    *axis = (char)toupper((unsigned char)*axis);
    set(object, "id", json_string(q->e->stem));
    set(object, "title", json_string(question_words(q, "title")));
    set(object, "question", json_string(question_words(q, "question")));
    set(object, "after", json_string("-")); // what was added later has no trials
    set(object, "core", json_boolean(experiment_get(q->e, "core")));
    set(object, "why", paragraphs(q, "why", 3));
    set(object, "limits", paragraphs(q, "limits", 8));
    set(object, "notes", notes_of(q));
    set(object, "metric", json_string(q->metric->name));
    set(object, "baseline", json_string(experiment_need(q->e, "baseline")));
    set(object, "x_title", json_string(axis));
    set(object, "unit", json_string(q->metric->unit));
}

static json_t *question_of(const struct facts *f, const struct experiment *e)
{
    struct question q;
    json_t *object = made(json_object()), *figure = figure_of(f, e);
    question_read(&q, f, e);
    add_words(object, &q);
    add_answer(object, &q);
    set(object, "thumbnail", thumbnail_of(&q));
    set(object, "plot", plot_of(&q, figure));
    set(object, "table", question_table(&q));
    set(object, "derived", quantities_of(&q));
    set(object, "files", files_of(&q));
    set(object, "converged", converged(&q));
    set(object, "figure", figure ? figure : json_null());
    question_free(&q);
    return object;
}

// ---- all ----------------------------------------------------------------------------------------

// The questions of the group with this title; makes it if there is none yet.
static json_t *group_of(json_t *groups, const char *title)
{
    for (size_t i = 0; i < json_array_size(groups); i++) {
        json_t *group = json_array_get(groups, i);
        if (strcmp(json_string_value(json_object_get(group, "title")), title) == 0)
            return json_object_get(group, "questions");
    }
    json_t *group = made(json_pack("{s:s, s:[]}", "title", title, "questions"));
    add(groups, group);
    return json_object_get(group, "questions");
}

json_t *questions_section(const struct facts *f)
{
    json_t *groups = made(json_array());
    for (int has_part = 1; has_part >= 0; has_part--) // those without a part are last
        for (size_t i = 0; i < f->count; i++) {
            const struct experiment *e = &f->experiments[i];
            const char *part = experiment_get(e, "part");
            if (!facts_dropped(f, e->stem) && (part != NULL) == has_part)
                add(group_of(groups, part ? part : "More questions"), question_of(f, e));
        }
    return made(json_pack("{s:o}", "groups", groups));
}
