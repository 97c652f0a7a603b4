// trials.tsv while a run goes on: a row for each trial that has ended. It holds what was counted
// and timed, and what went wrong; what that is worth is judged at each reading
// (analyse/validity.h).
#pragma once

#include "bench/base/measurement.h"
#include "bench/base/record.h"

#include <time.h>

struct trial_name { // as the plan has it
    const char *trial, *block, *experiment, *model, *x;
};

// Opens a run's and locks it. A last row that was cut off or damaged goes: its trial is to be
// repeated. A new one gets its header.
struct record trials_open(const char *run);

void trials_append(const struct record *trials, const struct trial_name *name, time_t started,
                   double wall_s, const struct measurement *m);
