// The headline ratios of all questions, over the machines.
#include "bench/report/model/made.h"
#include "bench/report/pool/sections.h"

#include <string.h>

// A line of the question's conf in the first run that has it.
static const char *of_question(const struct pool *p, const char *id, const char *key)
{
    for (size_t run = 0; run < p->runs; run++)
        if (json_object_get(p->sides[run].questions, id))
            return side_get(&p->sides[run], id, key);
    return "";
}

// "server CPU per connection": as in the first report that has the metric.
static const char *label_of(const struct pool *p, const char *metric)
{
    for (size_t run = 0; run < p->runs; run++) {
        const json_t *metrics = json_object_get(p->reports[run], "metrics");
        for (size_t i = 0; i < json_array_size(metrics); i++)
            if (strcmp(known_text(json_array_get(metrics, i), "name"), metric) == 0)
                return known_text(json_array_get(metrics, i), "label");
    }
    return metric;
}

void subject_of(const struct pair *pair, char text[256])
{
    bool varies = strcmp(pair->x, "-") != 0;
    snprintf(text, 256, "%s ÷ %s%s%s", pair->model, pair->baseline, varies ? " at " : "",
             varies ? pair->x : "");
}

static json_t *row(const struct pool *p, const struct pair *pair)
{
    char subject[256];
    struct across a = across_machines(p, pair->of);
    subject_of(pair, subject);
    json_t *object = made(json_pack("{ss ss ss ss}", "model", pair->model, "x", pair->x, "baseline",
                                    pair->baseline, "subject", subject));
    json_t *numbers = across_json(p, &a);
    json_object_update(object, numbers);
    json_decref(numbers);
    across_free(&a);
    return object;
}

// The headline ratios of a question that at least one run has.
static json_t *rows_of(const struct pool *p, const char *id)
{
    json_t *rows = made(json_array());
    for (size_t i = 0; i < p->pairs_count; i++) {
        const struct pair *pair = &p->pairs[i];
        bool exists = false;
        for (size_t run = 0; run < p->runs; run++)
            exists |= pair->of[run].exists;
        if (pair->is_headline && exists && strcmp(pair->experiment, id) == 0)
            add(rows, row(p, pair));
    }
    return rows;
}

json_t *headlines_of_pool(const struct pool *p)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < json_array_size(p->order); i++) {
        const char *id = json_string_value(json_array_get(p->order, i));
        json_t *rows = rows_of(p, id);
        if (json_array_size(rows) > 0)
            add(list, json_pack("{ss ss ss ss sO}", "id", id, "title", of_question(p, id, "title"),
                                "question", of_question(p, id, "question"), "metric",
                                label_of(p, of_question(p, id, "metric")), "rows", rows));
        json_decref(rows);
    }
    return list;
}
