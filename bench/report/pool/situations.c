// Which model for what, over the machines: each model's ratio to the question's baseline, and on
// how many machines it is, or may be, the best one.
//
// The ratio to the best, which the grid of a run shows, is not pooled: the best is not the same
// model everywhere, and its ratio to itself is 1 by definition.
#include "bench/base/table.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/pool/sections.h"

#include <string.h>

struct column {
    const json_t *json; // as in the first report that has it
    char experiment[64], metric[64], x[64];
};

// The member of a list whose key has this text.
static json_t *find(const json_t *list, const char *key, const char *text, size_t *at)
{
    for (*at = 0; *at < json_array_size(list); (*at)++)
        if (strcmp(known_text(json_array_get(list, *at), key), text) == 0)
            return json_array_get(list, *at);
    return NULL;
}

static const json_t *grid_of(const struct pool *p, size_t run, const char *part)
{
    return json_object_get(json_object_get(p->reports[run], "grid"), part);
}

// Question, metric and x of a situation, which only chooser.tsv has. false: it has no rows.
static bool read_column(const struct pool *p, size_t run, struct column *c)
{
    char path[4096];
    struct table t;
    bool is_found = false;
    snprintf(path, sizeof path, "%s/chooser.tsv", p->sides[run].folder);
    if (!table_exists(path))
        return false;
    table_read(&t, path);
    for (size_t row = 0; row < t.rows && !is_found; row++) {
        is_found = strcmp(table_text(&t, row, table_column(&t, "situation")),
                          known_text(c->json, "sentence")) == 0;
        if (!is_found)
            continue;
        snprintf(c->experiment, sizeof c->experiment, "%s",
                 table_text(&t, row, table_column(&t, "experiment")));
        snprintf(c->metric, sizeof c->metric, "%s",
                 table_text(&t, row, table_column(&t, "metric")));
        snprintf(c->x, sizeof c->x, "%s", table_text(&t, row, table_column(&t, "x")));
    }
    table_free(&t);
    return is_found;
}

static const struct pair *pair_of(const struct pool *p, const struct column *c, const char *model)
{
    for (size_t i = 0; i < p->pairs_count; i++) {
        const struct pair *pair = &p->pairs[i];
        if (strcmp(pair->experiment, c->experiment) == 0 && strcmp(pair->metric, c->metric) == 0 &&
            strcmp(pair->model, model) == 0 && strcmp(pair->x, c->x) == 0)
            return pair;
    }
    return NULL;
}

// The model's cell in the grid of a machine's first run; NULL without one.
static const json_t *cell_on(const struct pool *p, size_t machine, const char *situation,
                             const char *model)
{
    size_t run = first_run_of(p, machine), column, row;
    if (!find(grid_of(p, run, "columns"), "id", situation, &column))
        return NULL;
    const json_t *found = find(grid_of(p, run, "rows"), "model", model, &row);
    return json_array_get(json_object_get(found, "cells"), column);
}

static bool is_number(const json_t *cell)
{
    const char *place = known_text(cell, "place");
    return cell && strcmp(place, "not_measured") != 0 && strcmp(place, "left_out") != 0;
}

// "15", or "A 0, B 15" where machines differ: what is no ratio.
static json_t *side_by_side(const struct pool *p, const char *situation, const char *model)
{
    struct prose prose;
    const char *first = NULL;
    bool is_same = true;
    prose_begin(&prose);
    for (size_t m = 0; m < p->machines; m++) {
        const json_t *cell = cell_on(p, m, situation, model);
        if (!is_number(cell))
            continue;
        const char *text = known_text(cell, "text");
        fprintf(prose.to, "%s%s\u00a0%s", first ? ", " : "", machine_letter(m), text);
        is_same &= !first || strcmp(first, text) == 0;
        first = first ? first : text;
    }
    json_t *all = prose_json(&prose);
    if (!is_same || !first)
        return all;
    json_decref(all);
    return made(json_string(first));
}

static json_t *cell(const struct pool *p, const struct column *c, const char *model)
{
    const char *situation = known_text(c->json, "id"), *kind = known_text(c->json, "kind");
    size_t best = 0, known = 0;
    for (size_t m = 0; m < p->machines; m++) {
        const json_t *on = cell_on(p, m, situation, model);
        known += is_number(on);
        best += is_number(on) && strcmp(known_text(on, "place"), "best") == 0;
    }
    bool is_ratio = strcmp(kind, "ratio") == 0;
    const struct pair *pair = is_ratio ? pair_of(p, c, model) : NULL;
    json_t *over = made(json_null()), *text;
    if (pair) {
        struct across a = across_machines(p, pair->of);
        json_decref(over);
        over = across_json(p, &a);
        across_free(&a);
    }
    if (known == 0)
        text = made(json_string("—"));
    else if (is_ratio)
        text = made(json_string(pair ? "" : "1"));
    else
        text = side_by_side(p, situation, model);
    return json_pack("{so so sI sI}", "text", text, "over", over, "best", (json_int_t)best, "known",
                     (json_int_t)known);
}

static json_t *rows_of(const struct pool *p, const struct column *columns, size_t count)
{
    json_t *rows = made(json_array());
    for (size_t run = 0; run < p->runs; run++)
        for (size_t i = 0; i < json_array_size(grid_of(p, run, "rows")); i++) {
            const json_t *own = json_array_get(grid_of(p, run, "rows"), i);
            const char *model = known_text(own, "model");
            size_t at;
            if (find(rows, "model", model, &at))
                continue;
            json_t *cells = made(json_array());
            for (size_t c = 0; c < count; c++)
                add(cells, cell(p, &columns[c], model));
            add(rows, json_pack("{ss ss sO so}", "model", model, "hue", known_text(own, "hue"),
                                "pool", json_object_get(own, "pool"), "cells", cells));
        }
    return rows;
}

json_t *grid_of_pool(const struct pool *p)
{
    enum { MOST = 64 };
    static struct column columns[MOST];
    size_t count = 0, at;
    json_t *list = made(json_array());
    for (size_t run = 0; run < p->runs; run++)
        for (size_t i = 0; i < json_array_size(grid_of(p, run, "columns")) && count < MOST; i++) {
            struct column *c = &columns[count];
            c->json = json_array_get(grid_of(p, run, "columns"), i);
            if (find(list, "id", known_text(c->json, "id"), &at) || !read_column(p, run, c))
                continue;
            bool is_pooled = false;
            for (size_t k = 0; k < json_array_size(p->order); k++)
                is_pooled |=
                    strcmp(json_string_value(json_array_get(p->order, k)), c->experiment) == 0;
            if (!is_pooled)
                continue;
            count++;
            add(list,
                json_pack("{ss ss ss ss}", "id", known_text(c->json, "id"), "title",
                          known_text(c->json, "title"), "detail", known_text(c->json, "detail"),
                          "baseline", side_get(&p->sides[run], c->experiment, "baseline")));
        }
    return made(json_pack("{so so}", "columns", list, "rows", rows_of(p, columns, count)));
}
