#include "bench/report/plot/picture.h"

#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <string.h>

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        errx(1, "report.json: a figure has no %s", key);
    return text;
}

double number_of(const json_t *object, const char *key)
{
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : NAN;
}

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

int form_of(const json_t *model)
{
    if (json_is_true(json_object_get(model, "foreign")))
        return -1;
    return json_is_true(json_object_get(model, "pool"));
}

const struct row *row_of_model(const struct picture *p, const char *model)
{
    for (const struct row *r = p->rows; r < p->rows + p->count; r++)
        if (strcmp(r->model, model) == 0)
            return r;
    return NULL;
}

bool is_in(const struct row *r, const json_t *panel)
{
    const char *x = text_of(panel, "x");
    return strcmp(r->metric, text_of(panel, "metric")) == 0 && (!*x || strcmp(r->x, x) == 0);
}

bool picture_read(struct picture *p, const json_t *question)
{
    *p = (struct picture){.stem = text_of(question, "id"),
                          .figure = json_object_get(question, "figure")};
    if (!json_is_object(p->figure))
        return false;
    p->panels = json_object_get(p->figure, "panels");
    p->models = json_object_get(p->figure, "models");
    p->is_lines = strcmp(text_of(p->figure, "form"), "lines") == 0;
    size_t panels = json_array_size(p->panels);
    p->pixels = fmax(panels > 2 ? 190 : 260, 15 * (double)json_array_size(p->models));
    read_rows(p);
    return true;
}
