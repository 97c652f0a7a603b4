// The numbers and texts of the plots of a pool, from pool.json.
#include "bench/base/output.h"
#include "bench/report/model/made.h"
#include "bench/report/plot/gnuplot.h"
#include "bench/report/pool/files.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 110 }; // characters of a line of text

struct plot {
    FILE *rows;          // STEM.tsv
    size_t count, names; // rows, and the characters of the longest name
    double least, most;  // of what is drawn
    bool predicts;       // has a row for a new machine
};

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : NAN;
}

// ---- rows ---------------------------------------------------------------------------------------

static void reach(struct plot *p, double value)
{
    if (!(value > 0))
        return;
    p->least = fmin(p->least, value);
    p->most = fmax(p->most, value);
}

// kind: heading, machine, hollow, pooled or prediction. A prediction does not widen the axis.
static void write_row(struct plot *p, const char *name, const char *kind, const json_t *measured,
                      const char *label)
{
    static const char *const keys[] = {"value", "lower_value", "upper_value"};
    fprintf(p->rows, "%zu\t%s\t%s", ++p->count, name, kind);
    for (size_t i = 0; i < 3; i++) {
        double value = number_of(measured, keys[i]);
        output_number(p->rows, value);
        if (strcmp(kind, "prediction") != 0)
            reach(p, value);
    }
    fprintf(p->rows, "\t%s\n", label);
    p->names = characters(name) > p->names ? characters(name) : p->names;
}

static void write_measured(struct plot *p, const char *name, const char *kind,
                           const json_t *measured)
{
    char label[256];
    const char *interval = text_of(measured, "interval");
    snprintf(label, sizeof label, *interval ? "%s (%s)" : "%s", text_of(measured, "text"),
             interval);
    write_row(p, name, kind, measured, label);
}

// A headline ratio: what it is, the machines, and what is pooled from them.
static void write_ratio(struct plot *p, const json_t *row, const json_t *machines)
{
    write_row(p, "", "heading", NULL, text_of(row, "subject"));
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *on = json_array_get(json_object_get(row, "machines"), i);
        if (json_is_object(on))
            write_measured(p, text_of(json_array_get(machines, i), "letter"),
                           json_is_true(json_object_get(on, "sound")) ? "machine" : "hollow",
                           json_object_get(on, "measured"));
    }
    if (!json_is_object(json_object_get(row, "pooled")))
        return;
    write_measured(p, "all machines", "pooled", json_object_get(row, "pooled"));
    p->predicts = true;
    write_row(p, "a new machine", "prediction", json_object_get(row, "prediction"),
              text_of(json_object_get(row, "prediction"), "text"));
}

// ---- words --------------------------------------------------------------------------------------

// "A: Intel Xeon, 2 CPUs, KVM, Linux 6.18.44"
static json_t *legend_of(const json_t *machines)
{
    json_t *lines = made(json_array());
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        add(lines, json_sprintf("%s: %s", text_of(machine, "letter"), text_of(machine, "short")));
    }
    return lines;
}

static void write_words(const struct plot *p, const json_t *pool, const char *folder,
                        const char *stem, const char *title, const char *axis)
{
    char name[160];
    snprintf(name, sizeof name, "%s.words", stem);
    struct output o = output_begin(folder, name);
    json_t *question = made(json_pack("[s]", title)),
           *below = legend_of(json_object_get(pool, "machines"));
    fprintf(o.file, "# What %s.gp draws beside the numbers of %s.tsv.\nstem = '%s'\n", stem, stem,
            stem);
    print_wrapped(o.file, "question", question, 88);
    print_wrapped(o.file, "below", below, WIDTH);
    print_text(o.file, "title_1", axis);
    fprintf(o.file, "rows = %zu\nlongest_name = %zu\npredicts = %d\n", p->count, p->names,
            p->predicts);
    print_number(o.file, "least_1", p->least);
    print_number(o.file, "most_1", p->most);
    output_complete(&o);
    json_decref(question);
    json_decref(below);
}

// ---- plots --------------------------------------------------------------------------------------

static void write_forest(const json_t *pool, const json_t *question, const char *folder)
{
    char stem[128], name[160], axis[256];
    snprintf(stem, sizeof stem, "forest_%s", text_of(question, "id"));
    snprintf(name, sizeof name, "%s.tsv", stem);
    snprintf(axis, sizeof axis, "ratio of %s", text_of(question, "metric"));
    struct output o = output_begin(folder, name);
    struct plot p = {.rows = o.file, .least = INFINITY, .most = -INFINITY};
    fputs("row\tname\tkind\tvalue\tlow\thigh\tlabel\n", o.file);
    const json_t *rows = json_object_get(question, "rows");
    for (size_t i = 0; i < json_array_size(rows); i++)
        write_ratio(&p, json_array_get(rows, i), json_object_get(pool, "machines"));
    output_complete(&o);
    write_words(&p, pool, folder, stem, text_of(question, "title"), axis);
}

static void write_cost(const json_t *pool, const json_t *cost, const char *folder)
{
    char stem[128], name[160], title[512], axis[256];
    const json_t *causes = json_object_get(pool, "causes"),
                 *points = json_object_get(cost, "points");
    if (json_array_size(points) < 3)
        return;
    snprintf(stem, sizeof stem, "cost_%s", text_of(cost, "id"));
    snprintf(name, sizeof name, "%s.tsv", stem);
    snprintf(title, sizeof title, "%s against the cost of a %s", text_of(causes, "subject"),
             text_of(cost, "name"));
    snprintf(axis, sizeof axis, "µs for a %s", text_of(cost, "name"));
    struct output o = output_begin(folder, name);
    struct plot p = {.rows = o.file, .least = INFINITY, .most = -INFINITY};
    fputs("name\tcost\tvalue\n", o.file);
    for (size_t i = 0; i < json_array_size(points); i++) {
        const json_t *point = json_array_get(points, i);
        fputs(text_of(point, "machine"), o.file);
        output_number(o.file, number_of(point, "cost_us"));
        output_number(o.file, number_of(point, "ratio"));
        fputc('\n', o.file);
        reach(&p, number_of(point, "ratio"));
    }
    output_complete(&o);
    write_words(&p, pool, folder, stem, title, axis);
}

void write_forests(const json_t *pool, const char *folder)
{
    char plots[4096];
    const json_t *questions = json_object_get(pool, "headlines"),
                 *costs = json_object_get(json_object_get(pool, "causes"), "costs");
    snprintf(plots, sizeof plots, "%s/plots", folder);
    for (size_t i = 0; i < json_array_size(questions); i++)
        write_forest(pool, json_array_get(questions, i), plots);
    for (size_t i = 0; i < json_array_size(costs); i++)
        write_cost(pool, json_array_get(costs, i), plots);
}
