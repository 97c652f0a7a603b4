// The latencies of a cell in open loop: the histograms of its trials, one a block, merged.
//
// A percentile is that of the merged histogram, and its interval comes from drawing blocks: these
// are merged, each as often as it was drawn, and the percentile is taken of that. A ratio takes the
// same blocks of both cells. So an interval holds what differs between blocks, and nobody averages
// percentiles.
//
// Cost: for each slot that holds a value, how many of each block's values lie up to it; a
// percentile of drawn blocks is a binary search in that, some 20 us with 30 blocks.
#pragma once

#include "bench/analyse/latencies.h"
#include "bench/analyse/statistics.h"

#include <stdbool.h>

enum { POOL_RESAMPLES = 2000 };

struct pool {
    size_t blocks, slots;
    double *value_us; // [slots]: the highest that the slot stands for
    uint32_t *up_to;  // [slots][blocks]: values in this slot and below
};

// Merges the histograms of a cell: of[block], NULL or an empty one where a block has none.
void pool_make(struct pool *p, const struct sparse *const *of, size_t blocks);

void pool_free(struct pool *p);

// A percentile in us with its interval, n being the blocks that have values; if fewer than ten
// values lie beyond it, it would be the luck of one of them: NAN then.
struct estimate pool_percentile(const struct pool *p, double percent, unsigned resamples,
                                uint64_t seed);

// The ratio of two cells' percentiles over the blocks that both have; NAN if either has too few
// values there.
struct estimate pool_ratio(const struct pool *numerator, const struct pool *denominator,
                           double percent, unsigned resamples, uint64_t seed);
