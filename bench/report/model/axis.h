// The axis of the first picture: where a value is, in percent from left to right, and its ticks.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct axis {
    bool is_log; // of ratios; else of values, from 0 on
    double low, high;
};

// An axis with all these values on it, and a margin. Those that are not finite do not count.
struct axis axis_for(bool is_log, const double *values, size_t count);

// Where a value is, from 0 to 100: null if it is no number, the right end if it never came.
json_t *axis_at(const struct axis *axis, double value);

// [{"text": "2×", "at": 40}]: round numbers, far enough apart, in rising order. Ratios have one at
// 1, named after the baseline ("epoll = 1×"); values are in this unit.
json_t *axis_ticks(const struct axis *axis, const char *baseline, const char *unit);
