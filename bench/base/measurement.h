// The result of a trial: a value for each metric, NAN where one does not apply, and its status.
#pragma once

#include "bench/base/metric.h"

#include <stddef.h>

struct measurement {
    double values[METRIC_COUNT];
    char status[240];   // "ok", or what went wrong: then the values are not used
    char client_io[16]; // the client driver's I/O backend; "-": the trial had no driver
};

void measurement_reset(struct measurement *m);

// Sets the status unless it already has a fault.
__attribute__((format(printf, 2, 3))) void measurement_fault(struct measurement *m,
                                                             const char *format, ...);

// Appends a program's message, if any, to the status of a fault.
void measurement_explain(struct measurement *m, const char *words);
