// The result of a trial: a row of figures, NAN where a figure does not apply, and its status.
#pragma once

#include "bench/base/metric.h"

#include <stddef.h>

struct measurement {
    double figures[FIGURE_COUNT];
    char status[240]; // "ok", or what went wrong: then the figures are not used
};

void measurement_reset(struct measurement *m);

// Sets the status unless it already has a fault.
__attribute__((format(printf, 2, 3))) void measurement_fault(struct measurement *m,
                                                             const char *format, ...);

// Appends a program's message, if any, to the status of a fault.
void measurement_explain(struct measurement *m, const char *words);
