// The tables of a run as numbers: a metric's value in each block.
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
    size_t trial_block, trial_experiment, trial_model, trial_x, trial_status;
};

struct cell {
    const char *experiment, *model, *x;
};

// Exits with status 1 and one line if the folder is no run, or nothing was measured yet.
void run_read(struct run *run, const char *folder);

void run_free(struct run *run);

bool run_has_planned(const struct run *run, const struct cell *c);

// A metric's value in each block, NAN where there is no valid one. fault (if not NULL) becomes what
// went wrong last, if anything did. The caller frees them.
double *values_of(const struct run *run, const struct cell *c, const char *metric,
                  const char **fault);

// What a model is compared with: the experiment's baseline; where that is "own", a variant with the
// program that it is a variant of (whose name is then in `own`), and everybody else with itself.
const char *baseline_of(const struct experiment *e, const char *model, char own[64]);
