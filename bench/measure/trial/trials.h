// trials.tsv during a run: a row for each finished trial. It holds what was counted and timed, and
// what went wrong; its validity is judged at each reading (analyse/validity.h).
#pragma once

#include "bench/base/measurement.h"
#include "bench/base/record.h"

#include <time.h>

struct trial_name { // as the plan has it
    const char *trial, *block, *experiment, *model, *x;
};

// Opens and locks it. A torn or damaged last row is removed, and its trial will be repeated. A new
// file gets its header.
struct record trials_open(const char *run);

void trials_append(const struct record *trials, const struct trial_name *name, time_t started,
                   double wall_s, const struct measurement *m);
