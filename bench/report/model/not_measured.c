#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// The questions of the suite that were not measured in this run.
static json_t *questions_of(const struct facts *f)
{
    const struct table *t = &f->not_measured;
    json_t *list = made(json_array());
    for (size_t row = 0; row < t->rows; row++) {
        const char *stem = table_text(t, row, table_column(t, "experiment"));
        add(list, json_pack("{ss ss}", "id", stem, "question",
                            table_text(t, row, table_column(t, "question"))));
    }
    return list;
}

// What it would take to measure a dropped question or cell.
static json_t *dropped_text(double minutes)
{
    struct prose p;
    char text[FORMAT_BYTES];
    prose_begin(&p);
    format_value(minutes, "", text);
    if (isnan(minutes))
        fputs("not tried", p.to);
    else
        fprintf(p.to, "needs %s\u00a0more minutes", text);
    return prose_json(&p);
}

static json_t *dropped_of(const struct facts *f)
{
    const struct table *t = &f->dropped;
    json_t *list = made(json_array());
    for (size_t row = 0; row < t->rows; row++)
        add(list, json_pack("{ss ss ss so}", "question", table_text(t, row, 0), "model",
                            table_text(t, row, 1), "x", table_text(t, row, 2), "text",
                            dropped_text(table_number(t, row, 3))));
    return list;
}

static void say_count(const char *before, size_t count, const char *thing, FILE *to)
{
    fprintf(to, "%s%zu %s%s.", before, count, thing, count == 1 ? "" : "s");
}

// null if everything was measured.
static json_t *text_of(const struct facts *f)
{
    size_t questions = f->not_measured.rows, dropped = f->dropped.rows;
    struct prose p;
    if (!questions && !dropped)
        return json_null();
    prose_begin(&p);
    if (questions) {
        say_count("Not in this run: ", questions, "question", p.to);
        fputs(" make bench-all measures all in 75\u00a0minutes.", p.to);
    }
    if (dropped) {
        say_count(questions ? " Dropped for lack of time: " : "Dropped for lack of time: ", dropped,
                  "part", p.to);
        fprintf(p.to, " make bench RUN=%s with a larger BUDGET measures more.", f->name);
    }
    return prose_json(&p);
}

json_t *not_measured_section(const struct facts *f)
{
    return made(json_pack("{so so so}", "text", text_of(f), "questions", questions_of(f), "dropped",
                          dropped_of(f)));
}
