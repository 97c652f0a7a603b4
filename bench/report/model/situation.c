#include "bench/report/model/situation.h"

#include "bench/base/memory.h"
#include "bench/report/model/made.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {"ratio", "percent", "count"};

const char *chosen(const struct facts *f, size_t row, const char *column)
{
    return table_text(&f->chooser, row, table_column(&f->chooser, column));
}

double chosen_number(const struct facts *f, size_t row, const char *column)
{
    return table_number(&f->chooser, row, table_column(&f->chooser, column));
}

bool is_in(const struct situation *s, const struct number *n)
{
    return strcmp(n->experiment, s->experiment) == 0 && strcmp(n->metric, s->metric->name) == 0 &&
           strcmp(n->x, s->x) == 0;
}

static const struct experiment *file_of(const struct facts *f, const char *sentence)
{
    for (size_t i = 0; i < f->situations.count; i++)
        if (strcmp(experiment_need(f->situations.all[i], "sentence"), sentence) == 0)
            return f->situations.all[i];
    errx(1, "%s: no situation is called '%s' (make report RUN=%s)", f->chooser.path, sentence,
         f->name);
}

// Without ratios (a value is 0, or never comes) there are only counts to show.
static enum kind kind_of(const struct facts *f, const struct situation *s, size_t row)
{
    const char *show = experiment_get(s->file, "show");
    if (show && strcmp(show, kind_names[PERCENT]) == 0)
        return PERCENT;
    bool has_ratios = !s->best || !isnan(chosen_number(f, row, "ratio"));
    return has_ratios && !(show && strcmp(show, kind_names[COUNT]) == 0) ? RATIO : COUNT;
}

static double most(const struct facts *f, const struct situation *s)
{
    const char *of = s->kind == PERCENT ? "100" : experiment_get(s->file, "of");
    double value = of ? strtod(of, NULL) : 0;
    for (size_t i = 0; !of && i < f->numbers_count; i++)
        if (is_in(s, &f->numbers[i]) && isfinite(f->numbers[i].value))
            value = fmax(value, f->numbers[i].value);
    return value;
}

// From the first row of a situation, which has the best model.
static void read_situation(const struct facts *f, size_t row, struct situation *s)
{
    const char *place = chosen(f, row, "place");
    *s = (struct situation){
        .file = file_of(f, chosen(f, row, "situation")),
        .experiment = chosen(f, row, "experiment"),
        .x = chosen(f, row, "x"),
        .after_run = chosen(f, row, "after_run"),
        .metric = metric_named(chosen(f, row, "metric")),
    };
    if (!s->metric)
        errx(1, "%s: no metric is called '%s' (make report RUN=%s)", f->chooser.path,
             chosen(f, row, "metric"), f->name);
    if (strcmp(place, "best") == 0 || strcmp(place, "may be the best") == 0)
        s->best = facts_number(f, s->experiment, s->metric->name, chosen(f, row, "model"), s->x);
    s->kind = kind_of(f, s, row);
    s->all = most(f, s);
}

size_t situations_read(const struct facts *f, struct situation **situations, size_t *not_measured)
{
    size_t count = 0;
    *situations = NULL;
    *not_measured = 0;
    for (size_t row = 0; row < f->chooser.rows; row++) {
        if (row > 0 && strcmp(chosen(f, row, "situation"), chosen(f, row - 1, "situation")) == 0)
            continue;
        if (strcmp(chosen(f, row, "place"), "not measured") == 0) {
            ++*not_measured;
            continue;
        }
        *situations = memory_one_more(*situations, count, sizeof **situations);
        read_situation(f, row, &(*situations)[count++]);
    }
    return count;
}

bool is_variant(const char *model, const char *program)
{
    size_t length = strlen(program);
    return strncmp(model, program, length) == 0 && (!model[length] || model[length] == '+');
}

const struct number *situation_number(const struct facts *f, const struct situation *s,
                                      const char *name)
{
    const struct number *n = facts_number(f, s->experiment, s->metric->name, name, s->x);
    for (size_t i = 0; !n && i < f->numbers_count; i++)
        if (is_in(s, &f->numbers[i]) && is_variant(f->numbers[i].model, name))
            n = &f->numbers[i];
    return n;
}

size_t situation_row(const struct facts *f, const struct situation *s, const char *model)
{
    for (size_t row = 0; row < f->chooser.rows; row++)
        if (strcmp(chosen(f, row, "experiment"), s->experiment) == 0 &&
            strcmp(chosen(f, row, "x"), s->x) == 0 &&
            strcmp(chosen(f, row, "metric"), s->metric->name) == 0 &&
            strcmp(chosen(f, row, "model"), model) == 0)
            return row;
    return f->chooser.rows;
}

json_t *situation_json(const struct situation *s)
{
    const char *heading = experiment_get(s->file, "heading"),
               *detail = experiment_get(s->file, "detail"),
               *sentence = experiment_need(s->file, "sentence");
    return made(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", s->file->stem, "title",
                          heading ? heading : sentence, "detail",
                          detail ? detail : s->metric->label, "kind", kind_names[s->kind], "better",
                          s->metric->better == MORE ? "more" : "less", "sentence", sentence,
                          "experiment", s->experiment, "after_run", s->after_run));
}
