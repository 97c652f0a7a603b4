#include "bench/report/model/dots.h"
#include "bench/analyse/validity.h"
#include "bench/report/model/made.h"

#include <math.h>
#include <stdlib.h>

struct range {
    double least, most;
    size_t count; // of finite values
};

static struct range range_of(const double *values, size_t n)
{
    struct range r = {INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) {
            r.least = fmin(r.least, values[i]);
            r.most = fmax(r.most, values[i]);
            r.count++;
        }
    return r;
}

// Percent from the top; null without a finite value.
static json_t *height(const struct range *r, double value)
{
    if (!isfinite(value))
        return json_null();
    if (!(r->most > r->least))
        return json_integer(50);
    double share = (r->most - fmin(fmax(value, r->least), r->most)) / (r->most - r->least);
    return json_integer(lround(100 * share));
}

static json_t *places(const double *values, size_t blocks, const struct range *r)
{
    json_t *list = made(json_array());
    size_t before = 0;
    for (size_t i = 0; i < blocks; i++)
        if (isfinite(values[i])) {
            json_int_t place = lround(100 * (double)before++ / (double)(r->count - 1));
            add(list, json_pack("[I, o]", place, height(r, values[i])));
        }
    return list;
}

json_t *dots_of(const struct facts *f, const struct number *n, const struct metric *metric)
{
    const struct cell cell = {n->experiment, n->model, n->x};
    double *values = values_of(&f->run, &cell, metric, NULL);
    struct range r = range_of(values, f->run.blocks);
    json_t *dots =
        r.count < 2 ? json_null()
                    : json_pack("{s:o, s:o, s:o, s:o}", "values", places(values, f->run.blocks, &r),
                                "median_y", height(&r, n->value), "low_y", height(&r, n->low),
                                "high_y", height(&r, n->high));
    free(values);
    return made(dots);
}
