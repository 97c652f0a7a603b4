// What one trial yields: a row of figures, NAN where a figure does not apply, and whether it can be
// used.
#pragma once

#include "bench/base/metric.h"

#include <stddef.h>

struct measurement {
    double figures[FIGURE_COUNT];
    char status[240]; // "ok", or what went wrong: the figures are then not to be used
};

void measurement_reset(struct measurement *m);

// Sets the status unless it tells of an earlier fault already.
__attribute__((format(printf, 2, 3))) void measurement_fault(struct measurement *m,
                                                             const char *format, ...);

// Adds to the status of a fault what somebody has said about it, if anything.
void measurement_explain(struct measurement *m, const char *words);
