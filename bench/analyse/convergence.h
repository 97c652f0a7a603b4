// Decides when an experiment needs no more blocks. The 95 % interval of each headline ratio must be
// narrow enough, and every other cell must have enough values for an interval. Stopping on the
// width of an interval, never on its position, does not bias it.
#pragma once

#include "bench/analyse/run.h"

#include <stdbool.h>

// An interval is narrow enough within this fraction of its ratio to either side, from
// LEAST_CONVERGED_BLOCKS on: the width of an interval from few values is itself random. Every cell
// needs at least LEAST_TRIALS trials.
#define CONVERGED_WITHIN 0.05
enum { LEAST_CONVERGED_BLOCKS = 12, LEAST_TRIALS = 8 };

// How far the widest interval of an experiment's headline ratios extends to one side, as a fraction
// of its ratio, at headline_at or at all x. INFINITY while one has no interval yet or too few
// blocks; NAN if there is no ratio to wait for. Cells without any valid trial are not waited for.
double headline_reach(const struct run *run, const struct experiment *e);

// The smallest number of trials of any of its cells, valid or not.
size_t least_trials(const struct run *run, const struct experiment *e);
