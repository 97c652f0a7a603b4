// Estimates for a cell: from one value per block, or, for a percentile too rare for one window
// (99.9 in open loop), from the merged histograms of all blocks (merged_latencies.h).
//
// So a 99th percentile is that of a typical window, and its ratio the typical ratio. Merged, one
// stall of the machine in ten windows would decide it: simulated with the stalls of
// a recorded run (one of 2.5 ms or more in 6 s; tests/tails.c), intervals cover equally well,
// but the error of the ratio is more than ten times as large. The merged 99.9th percentile and the
// distribution (distribution.h) show the stalls: nothing is left out of them.
#pragma once

#include "bench/analyse/merged_latencies.h"
#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"

#include <stdbool.h>

// Whether a cell was measured in open loop.
bool is_open_loop(const struct run *run, const struct cell *c);

// Whether a metric of a cell comes from its merged histograms.
bool is_merged(const struct run *run, const struct cell *c, const struct metric *metric);

// The histograms of a cell's valid trials; the caller frees them.
struct pool pool_of(const struct run *run, const struct cell *c);

// A metric of a cell. fault (if not NULL) as in values_of (validity.h).
struct estimate value_of(const struct run *run, const struct cell *c, const struct metric *metric,
                         char fault[FAULT_BYTES]);

// Its ratio to another cell, paired within blocks. resamples: for its interval; 0: no interval. For
// merged histograms, which cost more, there are POOL_RESAMPLES at most.
struct estimate ratio_of(const struct run *run, const struct cell *c, const struct cell *base,
                         const struct metric *metric, unsigned resamples);
