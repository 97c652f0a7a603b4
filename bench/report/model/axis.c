#include "bench/report/model/axis.h"

#include "bench/report/model/format.h"
#include "bench/report/model/made.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Ticks are at least so many percent apart: their texts need room.
static const double APART = 8;

enum { TICKS = 16 };

static double scaled(const struct axis *axis, double value)
{
    return axis->is_log ? log(value) : value;
}

static double percent(const struct axis *axis, double value)
{
    double from = scaled(axis, axis->low), to = scaled(axis, axis->high);
    return fmin(100, fmax(0, 100 * (scaled(axis, value) - from) / (to - from)));
}

static bool is_on(const struct axis *axis, double value)
{
    return isfinite(value) && (!axis->is_log || value > 0);
}

struct axis axis_for(bool is_log, const double *values, size_t count)
{
    struct axis axis = {is_log, is_log ? 1 : 0, is_log ? 1 : 0};
    for (size_t i = 0; i < count; i++)
        if (is_on(&axis, values[i])) {
            axis.low = fmin(axis.low, values[i]);
            axis.high = fmax(axis.high, values[i]);
        }
    if (is_log) {
        double margin = fmax(0.05 * log(axis.high / axis.low), log(1.02));
        axis.low *= exp(-margin);
        axis.high *= exp(margin);
    } else {
        axis.high = axis.high > 0 ? 1.05 * axis.high : 1;
    }
    return axis;
}

json_t *axis_at(const struct axis *axis, double value)
{
    if (isnan(value) || (axis->is_log && value <= 0))
        return json_null();
    return made(json_real(isinf(value) ? 100 : round(100 * percent(axis, value)) / 100));
}

// ---- ticks --------------------------------------------------------------------------------------

struct ticks {
    double values[TICKS];
    size_t count;
};

// Adds one in its place, if it is on the axis and has room.
static void add_tick(const struct axis *axis, struct ticks *ticks, double value)
{
    size_t place = 0;
    if (value < axis->low || value > axis->high || ticks->count == TICKS)
        return;
    for (size_t i = 0; i < ticks->count; i++) {
        if (fabs(percent(axis, value) - percent(axis, ticks->values[i])) < APART)
            return;
        place += ticks->values[i] < value;
    }
    memmove(&ticks->values[place + 1], &ticks->values[place],
            (ticks->count - place) * sizeof *ticks->values);
    ticks->values[place] = value;
    ticks->count++;
}

// The roundest first: 1; 10, 0.1, 100 ...; 2, 5, 20 ...; 1.5, 1.2 ...
static void add_ratios(const struct axis *axis, struct ticks *ticks)
{
    static const double fine[] = {1.5, 0.8, 1.2, 0.9, 1.1, 0.95, 1.05};
    add_tick(axis, ticks, 1);
    for (int power = 1; power <= 9; power++) {
        add_tick(axis, ticks, pow(10, power));
        add_tick(axis, ticks, pow(10, -power));
    }
    for (int power = -9; power <= 9; power++) {
        add_tick(axis, ticks, 2 * pow(10, power));
        add_tick(axis, ticks, 5 * pow(10, power));
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine && axis->high < 4 * axis->low; i++)
        add_tick(axis, ticks, fine[i]);
}

// About four steps of 1, 2 or 5 times a power of ten.
static void add_values(const struct axis *axis, struct ticks *ticks)
{
    double rough = axis->high / 4, power = pow(10, floor(log10(rough))), step = power;
    if (rough / power >= 5)
        step = 5 * power;
    else if (rough / power >= 2)
        step = 2 * power;
    for (int i = 0; i * step <= axis->high; i++)
        add_tick(axis, ticks, i * step);
}

json_t *axis_ticks(const struct axis *axis, const char *baseline, const char *unit)
{
    struct ticks ticks = {.count = 0};
    json_t *list = made(json_array());
    if (axis->is_log)
        add_ratios(axis, &ticks);
    else
        add_values(axis, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        char text[FORMAT_BYTES];
        double value = ticks.values[i];
        if (!axis->is_log)
            format_value(value, unit, text);
        else if (value == 1)
            snprintf(text, sizeof text, "%.60s = 1×", baseline);
        else
            snprintf(text, sizeof text, "%g×", value);
        add(list, json_pack("{ss so}", "text", text, "at", axis_at(axis, value)));
    }
    return list;
}
