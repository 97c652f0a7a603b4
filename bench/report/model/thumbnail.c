#include "bench/report/model/thumbnail.h"
#include "bench/report/model/made.h"
#include "bench/report/model/shape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct frame {
    double least, most; // of the values, or their logarithms
    bool is_log, is_lines;
    size_t models, xs; // that have a value
};

static bool begins_model(const struct question *q, size_t i)
{
    return i == 0 || strcmp(q->cells[i]->model, q->cells[i - 1]->model) != 0;
}

static double shown(const struct frame *frame, double value)
{
    return frame->is_log ? log(value) : value;
}

static bool is_measured(const struct question *q, const char *x)
{
    for (size_t i = 0; i < q->count; i++)
        if (strcmp(q->cells[i]->x, x) == 0 && isfinite(q->cells[i]->value))
            return true;
    return false;
}

// How many of the measured x come before this one; NULL: how many there are.
static size_t place_of(const struct question *q, const char *x)
{
    size_t place = 0;
    for (size_t i = 0; i < q->xs_count && !(x && strcmp(q->xs[i], x) == 0); i++)
        place += is_measured(q, q->xs[i]);
    return place;
}

static struct frame frame_of(const struct question *q)
{
    struct frame frame = {INFINITY, -INFINITY, true, false, 0, place_of(q, NULL)};
    frame.is_lines = frame.xs > 2 && !question_varies_words(q);
    for (size_t i = 0; i < q->count; i++) {
        double value = q->cells[i]->value;
        frame.models += begins_model(q, i);
        frame.is_log = frame.is_log && !(value <= 0);
    }
    for (size_t i = 0; i < q->count; i++) {
        double value = shown(&frame, q->cells[i]->value);
        if (!isfinite(value))
            continue;
        frame.least = fmin(frame.least, value);
        frame.most = fmax(frame.most, value);
    }
    return frame;
}

static json_int_t percent(double part, double whole)
{
    return whole > 0 ? lround(100 * part / whole) : 50;
}

// row: of the model, from 0.
static json_t *point(const struct question *q, const struct frame *frame, const struct number *n,
                     size_t row)
{
    json_int_t value = percent(shown(frame, n->value) - frame->least, frame->most - frame->least);
    if (!frame->is_lines)
        return json_pack("[I, I]", value, percent((double)row, (double)frame->models - 1));
    return json_pack("[I, I]", percent((double)place_of(q, n->x), (double)frame->xs - 1),
                     100 - value);
}

json_t *thumbnail_of(const struct question *q)
{
    struct frame frame = frame_of(q);
    json_t *list = made(json_array()), *points = NULL;
    size_t row = 0;
    for (size_t i = 0; i < q->count; i++) {
        const struct number *n = q->cells[i];
        if (begins_model(q, i)) {
            row += i > 0;
            points = made(json_array());
            add(list,
                json_pack("{s:s, s:b, s:o}", "hue", shape_of(q->f, n->experiment, n->model).hue,
                          "fork", strcmp(n->model, "fork") == 0, "points", points));
        }
        if (isfinite(n->value))
            add(points, point(q, &frame, n, row));
    }
    if (!frame.xs) {
        json_decref(list);
        return json_null();
    }
    return made(json_pack("{s:s, s:o}", "kind", frame.is_lines ? "lines" : "dots", "series", list));
}
