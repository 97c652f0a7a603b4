// Whether an experiment has its answer: whether the 95 % interval of each headline ratio is narrow
// enough for more blocks to be better spent on others, and the other cells, which take part in
// fewer blocks, have been measured often enough to have an interval at all. Who stops on the width
// of an interval, and not on where it lies, does not bias it.
#pragma once

#include "bench/analyse/run.h"

#include <stdbool.h>

// A ratio's interval is narrow enough within so much of the ratio, to either side; and never with
// fewer blocks than LEAST_CONVERGED_BLOCKS, for the width of an interval from few values is itself
// a matter of luck. No cell is left with fewer trials than LEAST_TRIALS.
#define CONVERGED_WITHIN 0.05
enum { LEAST_CONVERGED_BLOCKS = 12, LEAST_TRIALS = 8 };

// How far the widest interval of an experiment's headline ratios reaches to one side, as a part of
// its ratio: those at the x that the experiment names (headline_at), or at all. INFINITY while one
// has no interval yet, or too few blocks; NAN if there is no ratio at all to wait for. Cells in
// which no trial was valid are not waited for.
double headline_reach(const struct run *run, const struct experiment *e);

// How many trials that of its cells had which had the fewest, valid or not.
size_t least_trials(const struct run *run, const struct experiment *e);
