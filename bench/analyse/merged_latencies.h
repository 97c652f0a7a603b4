// The latencies of a cell in open loop: the histograms of its trials, one per block, merged. For
// what is too rare for one window (estimates.h), and for whole distributions.
//
// A percentile is that of the merged histogram. Its interval comes from resampled blocks: each
// resample merges the drawn blocks and takes the percentile of the result. A ratio takes the same
// blocks of both cells. So an interval includes the differences between blocks, and percentiles are
// never averaged.
//
// Cost: for each non-empty slot, the number of values up to it in each block; a percentile of a
// resample is a binary search in that, about 20 us with 30 blocks.
#pragma once

#include "bench/analyse/latencies.h"
#include "bench/analyse/statistics.h"

#include <stdbool.h>

enum { POOL_RESAMPLES = 2000 };

struct pool {
    size_t blocks, slots;
    double *value_us; // the highest value of the slot
    uint32_t *up_to;  // [slots][blocks]: values in this slot and below
};

// Merges the histograms of a cell: of[block], NULL or an empty one if a block has none.
void pool_make(struct pool *p, const struct sparse *const *of, size_t blocks);

void pool_free(struct pool *p);

// A percentile in us with its interval; n is the number of blocks with values. NAN if fewer than
// ten values are beyond it, because it would depend on single values.
struct estimate pool_percentile(const struct pool *p, double percent, unsigned resamples,
                                uint64_t seed);

// The ratio of two cells' percentiles over the blocks that both have; NAN if either has too few
// values there.
struct estimate pool_ratio(const struct pool *numerator, const struct pool *denominator,
                           double percent, unsigned resamples, uint64_t seed);
