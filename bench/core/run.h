// The tables of a run.
#pragma once

#include "bench/core/experiment.h"
#include "bench/core/table.h"

#include <stdbool.h>

// Of every interval of a run, so that who looks while it goes on and who sums it up see the same.
enum { RESAMPLES = 10000, SEED = 1 };

struct run {
    struct table plan, models, trials;
    size_t blocks;                                                   // of the plan, numbered from 1
    size_t model_experiment, model_name, model_family, model_status; // columns
    size_t trial_block, trial_experiment, trial_model, trial_x, trial_status, trial_validity,
        trial_reasons;
};

struct cell {
    const char *experiment, *model, *x;
};

// Exits with status 1 and one line if the folder is no run, or nothing was measured yet.
void run_read(struct run *run, const char *folder);

void run_free(struct run *run);

bool run_has_planned(const struct run *run, const struct cell *c);

// Whether a row of trials is one of the cell.
bool trial_is_of(const struct run *run, size_t row, const struct cell *c);

// What a model is compared with: the experiment's baseline; where that is "own", a variant with the
// program that it is a variant of (whose name is then in `own`), and everybody else with itself.
const char *baseline_of(const struct experiment *e, const char *model, char own[64]);
