// What the trials of a run say of a cell: from one value a block, or, where the metric is a
// percentile of latencies in open loop, from the merged histograms of all blocks (pool.h).
#pragma once

#include "bench/core/pool.h"
#include "bench/core/run.h"
#include "bench/core/statistics.h"

#include <stdbool.h>

// The percent that a metric latency_p99_9_us stands for, NAN if it is no such metric.
double latency_percent(const char *metric);

// Whether a cell was measured in open loop.
bool is_open_loop(const struct run *run, const struct cell *c);

// The histograms of a cell's valid trials; the caller frees it.
struct pool pool_of(const struct run *run, const struct cell *c);

// A metric of a cell. fault (if not NULL) becomes what went wrong last, if anything did.
struct estimate value_of(const struct run *run, const struct cell *c, const char *metric,
                         const char **fault);

// Its ratio to another cell's, paired within blocks.
struct estimate ratio_of(const struct run *run, const struct cell *c, const struct cell *base,
                         const char *metric);
