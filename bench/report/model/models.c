#include "bench/report/model/made.h"
#include "bench/report/model/section.h"
#include "bench/report/model/shape.h"

#include <stdbool.h>
#include <string.h>

static const char *cell(const struct facts *f, size_t row, const char *column)
{
    return table_text(&f->models, row, table_column(&f->models, column));
}

// A model is the same in all questions in which it has these.
static bool is_same(const struct facts *f, size_t a, size_t b)
{
    static const char *const columns[] = {"name", "family", "workers", "status"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(cell(f, a, columns[i]), cell(f, b, columns[i])) != 0)
            return false;
    return true;
}

static bool is_first(const struct facts *f, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (is_same(f, i, row))
            return false;
    return true;
}

// The questions that it takes part in.
static json_t *experiments_of(const struct facts *f, size_t row)
{
    json_t *list = made(json_array());
    for (size_t i = row; i < f->models.rows; i++)
        if (is_same(f, i, row))
            add(list, json_string(cell(f, i, "experiment")));
    return list;
}

static json_t *model_of(const struct facts *f, size_t row)
{
    const char *workers = cell(f, row, "workers");
    struct shape shape = shape_of(f, cell(f, row, "experiment"), cell(f, row, "name"));
    json_t *model = made(json_pack(
        "{ss ss ss sb ss? ss ss ss so}", "name", cell(f, row, "name"), "group", shape.title, "hue",
        shape.hue, "pool", shape.is_pool, "workers", strcmp(workers, "-") == 0 ? NULL : workers,
        "summary", cell(f, row, "summary"), "source", cell(f, row, "source"), "status",
        cell(f, row, "status"), "experiments", experiments_of(f, row)));
    shape_mark_foreign(&shape, model);
    return model;
}

json_t *models_section(const struct facts *f)
{
    json_t *list = made(json_array());
    for (size_t row = 0; row < f->models.rows; row++)
        if (is_first(f, row))
            add(list, model_of(f, row));
    return list;
}
