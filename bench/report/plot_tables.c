// plot_tables RUN_FOLDER FOLDER: writes what gnuplot draws into FOLDER, from the figures of
// RUN_FOLDER/report.json (model/figure.c): STEM.tsv has the numbers, a row for each, STEM.words the
// texts and axes as gnuplot variables, and STEM.distribution.tsv the latencies of an open loop.
//
// A figure decides what is shown; here it gets pixels: axes, and names beside the ends of lines
// that do not cover each other.
#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/base/table.h"
#include "bench/report/gnuplot_words.h"
#include "bench/report/model/format.h"

#include <err.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_WIDTH = 88, NOTE_WIDTH = 125 }; // characters of a line of text

#define NAME_PIXELS 14.5 // height of a name beside a line

struct row {
    json_t *json;
    const char *metric, *model, *x;
    double value, low, high; // NAN: none
};

struct picture {
    const char *stem;
    json_t *figure, *panels, *models;
    struct row *rows;
    size_t count;
    bool is_lines;
    double pixels; // height of a panel of lines
    FILE *words;
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        errx(1, "report.json: a figure has no %s", key);
    return text;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : NAN;
}

// ---- rows ----------------------------------------------------------------------------------

static void read_rows(struct picture *p)
{
    json_t *rows = json_object_get(p->figure, "rows"), *row;
    p->count = json_array_size(rows);
    p->rows = memory_for(p->count, sizeof *p->rows);
    size_t i;
    json_array_foreach(rows, i, row)
    {
        p->rows[i] = (struct row){.json = row,
                                  .metric = text_of(row, "metric"),
                                  .model = text_of(row, "model"),
                                  .x = text_of(row, "x"),
                                  .value = number_of(row, "value"),
                                  .low = number_of(row, "low"),
                                  .high = number_of(row, "high")};
    }
}

// The form of a mark: 1 a square, for a pool; -1 a triangle, for what is not of this suite; else 0.
static int form_of(const json_t *model)
{
    if (json_is_true(json_object_get(model, "foreign")))
        return -1;
    return json_is_true(json_object_get(model, "pool"));
}

static void write_rows(const struct picture *p, const char *folder)
{
    static const char *const texts[] = {"metric", "model", "family",   "x",      "name",
                                        "label",  "hue",   "validity", "verdict"},
                             *const numbers[] = {"value", "low",       "high",       "ratio",
                                                 "row",   "ratio_low", "ratio_high", "line"};
    char name[128];
    snprintf(name, sizeof name, "%s.tsv", p->stem);
    struct output o = output_begin(folder, name);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        fprintf(o.file, i > 0 ? "\t%s" : "%s", texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        fprintf(o.file, "\t%s", numbers[i]);
    fputs("\tpool\thollow\n", o.file);
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
            fprintf(o.file, i > 0 ? "\t%s" : "%s", text_of(r->json, texts[i]));
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            output_number(o.file, number_of(r->json, numbers[i]));
        fprintf(o.file, "\t%d\t%d\n", form_of(r->json),
                json_is_true(json_object_get(r->json, "hollow")));
    }
    output_complete(&o);
}

static const struct row *row_of_model(const struct picture *p, const char *model)
{
    for (const struct row *r = p->rows; r < p->rows + p->count; r++)
        if (strcmp(r->model, model) == 0)
            return r;
    return NULL;
}

static bool is_in(const struct row *r, const json_t *panel)
{
    const char *x = text_of(panel, "x");
    return strcmp(r->metric, text_of(panel, "metric")) == 0 && (!*x || strcmp(r->x, x) == 0);
}

// The ends of an axis: of all panels of the metric, so that they can be compared.
static void extent(const struct picture *p, const char *metric, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        if (strcmp(r->metric, metric) != 0 || isnan(r->value))
            continue;
        *least = fmin(*least, fmin(r->value, r->low)); // fmin and fmax ignore NAN
        *most = fmax(*most, fmax(r->value, r->high));
    }
}

// ---- names beside lines --------------------------------------------------------------------

struct name {
    const struct row *row; // the last one of its line
    char text[160];
    double x, y; // the end of the line
    double at;   // height in pixels from the bottom of the panel
    double up, down;
};

static int by_height(const void *left, const void *right)
{
    const struct name *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

// Names keep a distance: each is at the mean of where pushing up from below and pushing down from
// above would put it, and none leaves the panel.
static void spread(struct name *names, size_t count, double pixels)
{
    for (size_t i = 0; i < count; i++)
        names[i].up = i > 0 ? fmax(names[i].at, names[i - 1].up + NAME_PIXELS) : names[i].at;
    for (size_t i = count; i-- > 0;)
        names[i].down =
            i + 1 < count ? fmin(names[i].at, names[i + 1].down - NAME_PIXELS) : names[i].at;
    for (size_t i = 0; i < count; i++)
        names[i].at = (names[i].up + names[i].down) / 2;
    for (size_t i = count; i-- > 0;)
        names[i].at = fmin(names[i].at, i + 1 < count ? names[i + 1].at - NAME_PIXELS : pixels);
    for (size_t i = 0; i < count; i++)
        names[i].at = fmax(names[i].at, i > 0 ? names[i - 1].at + NAME_PIXELS : 0);
}

// Those that end at the same place, in no particular order: each is pushed above the others there.
static void push_up(struct name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (names[i].x == names[k].x)
                names[i].at = fmax(names[i].at, names[k].at + NAME_PIXELS);
}

// key = seven words for each name: the text, its height as a share of the panel's, and the last
// point of its line: x, y, hue, line and pool. (real() of gnuplot refuses "1e+06", so without %g.)
static void print_names(const struct picture *p, const char *key, const struct name *names,
                        size_t count)
{
    fprintf(p->words, "%s = '", key);
    for (const struct name *n = names; n < names + count; n++) {
        const json_t *row = n->row->json;
        fprintf(p->words, "%s\"%s\" %.4f %.9f %.9f %s %lld %d", n > names ? " " : "", n->text,
                n->at / p->pixels, n->x, n->y, text_of(row, "hue"),
                json_integer_value(json_object_get(row, "line")), form_of(row));
    }
    fputs("'\n", p->words);
}

// The last point of each line; `lasts` has place for every row. Returns how many.
static size_t last_points(const struct picture *p, const json_t *panel, struct name *lasts)
{
    size_t count = 0;
    for (const struct row *r = p->rows; r < p->rows + p->count; r++) {
        if (!is_in(r, panel) || isnan(r->value))
            continue;
        if (count == 0 || strcmp(lasts[count - 1].row->model, r->model) != 0)
            count++;
        lasts[count - 1] = (struct name){.row = r, .x = strtod(r->x, NULL), .y = r->value};
    }
    return count;
}

static double height_of(const struct picture *p, double y, double bottom, double top, bool is_log)
{
    return p->pixels *
           (is_log ? log(y / bottom) / log(top / bottom) : (y - bottom) / (top - bottom));
}

// ends_I: the lines that reach the end, from the lowest to the highest; stops_I: the others.
static void print_line_names(const struct picture *p, size_t i, double bottom, double top,
                             bool is_log)
{
    struct name *lasts = memory_for(p->count, sizeof *lasts);
    size_t count = last_points(p, json_array_get(p->panels, i), lasts), whole = 0;
    double most = 0;
    for (size_t k = 0; k < count; k++) {
        most = fmax(most, lasts[k].x);
        lasts[k].at = height_of(p, lasts[k].y, bottom, top, is_log);
    }
    qsort(lasts, count, sizeof *lasts, by_height);
    struct name *early = memory_for(count, sizeof *early);
    for (size_t k = 0; k < count; k++) {
        struct name *n = lasts + k;
        bool is_whole = n->x == most;
        snprintf(n->text, sizeof n->text, is_whole ? "%s  %s" : "%s", n->row->model,
                 text_of(n->row->json, "label"));
        if (is_whole)
            lasts[whole++] = *n;
        else
            early[k - whole] = *n;
    }
    spread(lasts, whole, p->pixels);
    push_up(early, count - whole);
    char key[32];
    snprintf(key, sizeof key, "ends_%zu", i + 1);
    print_names(p, key, lasts, whole);
    snprintf(key, sizeof key, "stops_%zu", i + 1);
    print_names(p, key, early, count - whole);
    free(early);
    free(lasts);
}

// ---- words ---------------------------------------------------------------------------------

// key_I: a variable of the panel number I.
static void print_panel_number(const struct picture *p, const char *key, size_t i, double value)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%zu", key, i + 1);
    gnuplot_number(p->words, name, value);
}

static void print_panel_text(const struct picture *p, const char *key, size_t i)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%zu", key, i + 1);
    gnuplot_text(p->words, name, text_of(json_array_get(p->panels, i), key));
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
    double least, most;
    extent(p, text_of(panel, "metric"), &least, &most);
    bool is_log = least > 0, is_empty = least > most;
    print_panel_text(p, "metric", i);
    print_panel_text(p, "x", i);
    print_panel_text(p, "title", i);
    print_panel_text(p, "condition", i);
    print_panel_number(p, "least", i, is_empty ? NAN : least);
    print_panel_number(p, "most", i, is_empty ? NAN : most);
    print_panel_number(p, "base", i, base_of(p, panel));
    if (!p->is_lines)
        return;
    double bottom = is_log ? least / 1.12 : fmin(least, 0);
    double top = is_log ? most * 1.12 : most > 0 ? most * 1.12 : 1;
    print_panel_number(p, "bottom", i, bottom);
    print_panel_number(p, "top", i, top);
    print_line_names(p, i, bottom, top, is_log);
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
    gnuplot_number(p->words, "x_least", least);
    gnuplot_number(p->words, "x_most", most);
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
            gnuplot_escaped(p->words, text_of(r->json, "label"));
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
    gnuplot_number(p->words, "rows", rows);
    fprintf(p->words, "longest_name = %zu\n", longest);
    gnuplot_number(p->words, "curve_pixels", p->pixels);
}

// The latencies of an open loop at the condition that the answer is for (tails_at): the ends of the
// axes, and the names as in ends_I.
static void print_tails(const struct picture *p, const struct table *t, const char *at)
{
    size_t model = table_column(t, "model"), x = table_column(t, "x"),
           percentile = table_column(t, "percentile"), latency = table_column(t, "latency_us"),
           experiment = table_column(t, "experiment"), count = 0;
    double least = INFINITY, most = -INFINITY, rarest = 0;
    struct name *names = memory_for(t->rows, sizeof *names);
    for (size_t i = 0; i < t->rows; i++) {
        const struct row *row = row_of_model(p, table_text(t, i, model));
        if (!row || strcmp(table_text(t, i, experiment), p->stem) != 0 ||
            strcmp(table_text(t, i, x), at) != 0)
            continue;
        struct name n = {row, .x = table_number(t, i, percentile),
                         .y = table_number(t, i, latency)};
        least = fmin(least, n.y);
        most = fmax(most, n.y);
        rarest = fmax(rarest, n.x);
        count += count == 0 || names[count - 1].row != row;
        names[count - 1] = n;
    }
    gnuplot_number(p->words, "tails_bottom", least / 1.12);
    gnuplot_number(p->words, "tails_top", most * 1.12);
    gnuplot_number(p->words, "tails_rarest", rarest);
    for (struct name *n = names; n < names + count; n++) {
        char value[FORMAT_BYTES];
        format_value(n->y, "µs", value);
        snprintf(n->text, sizeof n->text, "%s  %s", n->row->model, value);
        n->at = height_of(p, n->y, least / 1.12, most * 1.12, true);
    }
    qsort(names, count, sizeof *names, by_height);
    spread(names, count, p->pixels);
    gnuplot_text(p->words, "tails_at", at);
    print_names(p, "tail_ends", names, count);
    free(names);
}

static void write_words(struct picture *p, const struct table *distribution, const char *folder)
{
    char name[128];
    snprintf(name, sizeof name, "%s.words", p->stem);
    struct output o = output_begin(folder, name);
    p->words = o.file;
    fprintf(o.file, "# What %s.gp draws beside the numbers of %s.tsv.\n", p->stem, p->stem);
    json_t *question = json_pack("[s]", text_of(p->figure, "question"));
    gnuplot_wrapped(o.file, "question", question, QUESTION_WIDTH);
    json_decref(question);
    gnuplot_wrapped(o.file, "below", json_object_get(p->figure, "below"), NOTE_WIDTH);
    static const char *const texts[] = {"footer", "form", "baseline", "x_title"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        gnuplot_text(o.file, texts[i], text_of(p->figure, texts[i]));
    gnuplot_text(o.file, "headline_metric", text_of(p->figure, "metric"));
    print_models(p);
    print_row_names(p);
    print_legend(p);
    print_xs(p);
    size_t panels = json_array_size(p->panels);
    p->pixels = fmax(panels > 2 ? 190 : 260, 15 * (double)json_array_size(p->models));
    fprintf(o.file, "panels = %zu\n", panels);
    print_sizes(p);
    for (size_t i = 0; i < panels; i++)
        print_panel(p, i);
    if (distribution)
        print_tails(p, distribution, text_of(p->figure, "headline_at"));
    print_named(p);
    output_complete(&o);
}

// ---- distributions -------------------------------------------------------------------------

static void write_distribution(const struct picture *p, const struct table *t, const char *folder)
{
    size_t experiment = table_column(t, "experiment"), rows = 0;
    for (size_t i = 0; i < t->rows; i++)
        rows += strcmp(table_text(t, i, experiment), p->stem) == 0;
    if (rows == 0)
        return;
    char name[128];
    snprintf(name, sizeof name, "%s.distribution.tsv", p->stem);
    struct output o = output_begin(folder, name);
    for (size_t k = 0; k < t->columns; k++)
        fprintf(o.file, k > 0 ? "\t%s" : "%s", t->cells[k]);
    fputc('\n', o.file);
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(table_text(t, i, experiment), p->stem) != 0)
            continue;
        for (size_t k = 0; k < t->columns; k++)
            fprintf(o.file, k > 0 ? "\t%s" : "%s", table_text(t, i, k));
        fputc('\n', o.file);
    }
    output_complete(&o);
}

// ---- all questions -------------------------------------------------------------------------

static void write_picture(const json_t *question, const struct table *distribution,
                          const char *folder)
{
    struct picture p = {.stem = text_of(question, "id"),
                        .figure = json_object_get(question, "figure")};
    if (!json_is_object(p.figure))
        return;
    p.panels = json_object_get(p.figure, "panels");
    p.models = json_object_get(p.figure, "models");
    p.is_lines = strcmp(text_of(p.figure, "form"), "lines") == 0;
    read_rows(&p);
    write_words(&p, distribution, folder);
    write_rows(&p, folder);
    if (distribution)
        write_distribution(&p, distribution, folder);
    free(p.rows);
}

static json_t *read_report(const char *run)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/report.json", run);
    json_error_t error;
    json_t *report = json_load_file(path, 0, &error);
    if (!report)
        errx(1, "%s:%d: %s", path, error.line, error.text);
    return report;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        errx(2, "usage: plot_tables RUN_FOLDER FOLDER");
    const char *run = argv[1], *folder = argv[2];
    json_t *report = read_report(run);
    char path[4096];
    struct table distribution = {0};
    snprintf(path, sizeof path, "%s/distribution.tsv", run);
    bool has_distribution = table_exists(path);
    if (has_distribution)
        table_read(&distribution, path);
    size_t i, k;
    json_t *group, *question,
        *groups = json_object_get(json_object_get(report, "questions"), "groups");
    json_array_foreach(groups, i, group)
    {
        json_array_foreach(json_object_get(group, "questions"), k, question)
        {
            write_picture(question, has_distribution ? &distribution : NULL, folder);
        }
    }
    if (has_distribution)
        table_free(&distribution);
    json_decref(report);
}
