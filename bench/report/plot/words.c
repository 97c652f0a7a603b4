#include "bench/report/plot/words.h"

#include "bench/base/output.h"
#include "bench/report/plot/gnuplot.h"
#include "bench/report/plot/names.h"
#include "bench/report/plot/tails.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_WIDTH = 88, NOTE_WIDTH = 150 }; // characters of a line of text

// The ends of an axis: of all panels of the metric, so that they can be compared.
struct extent {
    double least, most;
    bool is_cut; // an interval goes on beyond them
};

// Intervals of lines may add to either end as much as the values need, and a factor of 2 in any
// case. A longer one would squeeze the lines together. An interval that reaches below 0 makes no
// axis linear.
static struct extent extent(const struct picture *p, const char *metric)
{
    struct extent all = {INFINITY, -INFINITY, false}, values = all;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        if (strcmp(r->metric, metric) != 0)
            continue;
        values.least = fmin(values.least, r->value); // fmin and fmax ignore NAN
        values.most = fmax(values.most, r->value);
        all.least = fmin(all.least, r->value > 0 && r->low <= 0 ? r->value : r->low);
        all.most = fmax(all.most, fmax(r->low, r->high)); // no high end: it may never come
    }
    all.least = fmin(all.least, values.least);
    all.most = fmax(all.most, values.most);
    double factor = fmax(2, values.most / values.least);
    if (p->is_lines && values.least > 0) {
        all.is_cut = all.least < values.least / factor || all.most > values.most * factor;
        all.least = fmax(all.least, values.least / factor);
        all.most = fmin(all.most, values.most * factor);
    }
    return all;
}

// key_I: a variable of the panel number I.
static void print_panel_number(const struct picture *p, const char *key, size_t i, double value)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%zu", key, i + 1);
    print_number(p->words, name, value);
}

static void print_panel_text(const struct picture *p, const char *key, size_t i)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%zu", key, i + 1);
    print_text(p->words, name, text_of(json_array_get(p->panels, i), key));
}

// The baseline's value, if the panel shows a single one.
static double base_of(const struct picture *p, const json_t *panel)
{
    double base = NAN;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        if (!is_in(r, panel) || strcmp(r->model, text_of(p->figure, "baseline")) != 0)
            continue;
        if (!isnan(base))
            return NAN;
        base = r->value;
    }
    return base;
}

static void print_panel(const struct picture *p, size_t i)
{
    const json_t *panel = json_array_get(p->panels, i);
    struct extent e = extent(p, text_of(panel, "metric"));
    bool is_log = e.least > 0, is_empty = e.least > e.most;
    print_panel_text(p, "metric", i);
    print_panel_text(p, "x", i);
    print_panel_text(p, "title", i);
    print_panel_text(p, "condition", i);
    print_panel_number(p, "least", i, is_empty ? NAN : e.least);
    print_panel_number(p, "most", i, is_empty ? NAN : e.most);
    print_panel_number(p, "base", i, base_of(p, panel));
    if (!p->is_lines)
        return;
    const struct curves c = {.panel = panel,
                             .bottom = is_log ? e.least / 1.12 : fmin(e.least, 0),
                             .top = e.most > 0 ? e.most * 1.12 : 1,
                             .is_log = is_log};
    print_panel_number(p, "bottom", i, c.bottom);
    print_panel_number(p, "top", i, c.top);
    fprintf(p->words, "is_cut_%zu = %d\n", i + 1, e.is_cut);
    names_print_lines(p, i, &c);
}

// The conditions, and the ends of their axis if they are numbers.
static void print_xs(const struct picture *p)
{
    size_t i;
    json_t *x;
    double least = INFINITY, most = -INFINITY;
    fputs("xs = '", p->words);
    json_array_foreach(json_object_get(p->figure, "xs"), i, x)
    {
        fprintf(p->words, "%s ", json_string_value(x));
        least = fmin(least, strtod(json_string_value(x), NULL));
        most = fmax(most, strtod(json_string_value(x), NULL));
    }
    fputs("'\n", p->words);
    print_number(p->words, "x_least", least);
    print_number(p->words, "x_most", most);
    fprintf(p->words, "is_linear_x = %d\n", json_is_true(json_object_get(p->figure, "linear_x")));
}

// What each model is drawn with, a word for each in three lists.
static void print_models(const struct picture *p)
{
    static const struct {
        const char *name, *key;
    } lists[] = {{"models", "name"}, {"hues", "hue"}, {"line_numbers", "line"}};
    bool has_pool = false, has_foreign = false;
    size_t i;
    json_t *model;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        fprintf(p->words, "%s = '", lists[k].name);
        json_array_foreach(p->models, i, model)
        {
            const json_t *cell = json_object_get(model, lists[k].key);
            if (json_is_integer(cell))
                fprintf(p->words, "%lld ", json_integer_value(cell));
            else
                fprintf(p->words, "%s ", json_string_value(cell));
            has_pool = has_pool || form_of(model) > 0;
            has_foreign = has_foreign || form_of(model) < 0;
        }
        fputs("'\n", p->words);
    }
    fprintf(p->words, "has_pool = %d\nhas_foreign = %d\n", has_pool, has_foreign);
}

// Two words for each row of dots: its place and its name.
static void print_row_names(const struct picture *p)
{
    fputs("row_names = '", p->words);
    for (size_t i = 0; i < p->count; i++) {
        const json_t *row = p->rows[i].json;
        bool is_new = *text_of(row, "hue"); // a derived quantity has none
        for (size_t k = 0; k < i && is_new; k++)
            is_new = number_of(p->rows[k].json, "row") != number_of(row, "row");
        if (is_new)
            fprintf(p->words, "%g \"%s\" ", number_of(row, "row"), text_of(row, "name"));
    }
    fputs("'\n", p->words);
}

static void print_legend(const struct picture *p)
{
    const char *hue;
    json_t *text;
    fputs("legend = '", p->words);
    json_object_foreach(json_object_get(p->figure, "legend"), hue, text)
    {
        fprintf(p->words, "%s \"%s\" ", hue, json_string_value(text));
    }
    fputs("'\n", p->words);
}

// What a figure looks up by name: six words for each derived quantity (its name and x, the value
// with its interval, the label, whether it is hollow), two for each published value.
static void print_named(const struct picture *p)
{
    fputs("derived = '", p->words);
    for (const struct row *r = p->rows; r < p->rows + p->count; r++)
        if (strcmp(r->metric, "derived") == 0) {
            fprintf(p->words, "\"%s %s\" %.9f %.9f %.9f \"", r->model, r->x, r->value, r->low,
                    r->high);
            print_escaped(p->words, text_of(r->json, "label"));
            fprintf(p->words, "\" %d ", json_is_true(json_object_get(r->json, "hollow")));
        }
    fputs("'\npublished = '", p->words);
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(p->figure, "published"), name, value)
    {
        fprintf(p->words, "\"%s\" \"%s\" ", name, json_string_value(value));
    }
    fputs("'\n", p->words);
}

static void print_sizes(const struct picture *p)
{
    double rows = 0;
    size_t longest = 0;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        size_t length = characters(p->is_lines ? r->model : text_of(r->json, "name"));
        if (strcmp(r->metric, "derived") == 0)
            continue;
        rows = fmax(rows, number_of(r->json, "row"));
        longest = length > longest ? length : longest;
    }
    print_number(p->words, "rows", rows);
    fprintf(p->words, "longest_name = %zu\n", longest);
    print_number(p->words, "curve_pixels", p->pixels);
}

void words_write(struct picture *p, const struct table *distribution, const char *folder)
{
    char name[128];
    snprintf(name, sizeof name, "%s.words", p->stem);
    struct output o = output_begin(folder, name);
    p->words = o.file;
    fprintf(o.file, "# What %s.gp draws beside the numbers of %s.tsv.\n", p->stem, p->stem);
    json_t *question = json_pack("[s]", text_of(p->figure, "question"));
    print_wrapped(o.file, "question", question, QUESTION_WIDTH);
    json_decref(question);
    print_wrapped(o.file, "below", json_object_get(p->figure, "below"), NOTE_WIDTH);
    static const char *const texts[] = {"footer", "form", "baseline", "x_title"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        print_text(o.file, texts[i], text_of(p->figure, texts[i]));
    print_text(o.file, "headline_metric", text_of(p->figure, "metric"));
    print_models(p);
    print_row_names(p);
    print_legend(p);
    print_xs(p);
    size_t panels = json_array_size(p->panels);
    fprintf(o.file, "panels = %zu\n", panels);
    print_sizes(p);
    for (size_t i = 0; i < panels; i++)
        print_panel(p, i);
    if (distribution)
        tails_print(p, distribution, text_of(p->figure, "headline_at"));
    print_named(p);
    output_complete(&o);
}
