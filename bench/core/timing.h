// A timing trial: a program that repeats an operation COUNT times, timed as a whole by hyperfine at
// two counts. One operation is the slope between them, so that starting the program cancels.
#pragma once

#include "bench/core/measurement.h"
#include "bench/core/serving.h"

#include <stdio.h>

// arguments are words ("-": none) that stand before the count; counts is the small and the large
// count and, if it is not 3, how often each is run; the raw times are appended to raw as one line
// of JSON, marked with the trial's number. Faults are in m->status.
void time_and_measure(const struct setting *setting, const char *program, const char *arguments,
                      const char *counts, unsigned long trial, FILE *raw, struct measurement *m);
