// The order of the cells of a block.
//
// Cells to be compared are measured close together: a shared machine changes its speed within
// seconds, and a ratio is more exact with less of that between its two halves. So experiments are
// shuffled within a block, x within an experiment, the headline cells as one unit with the other
// cells within an x, and the headline cells among themselves. The order within a pair, and its
// position, are random.
#pragma once

#include "bench/base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    size_t experiment, x; // the first cell with the same: two x of two experiments differ
    bool is_headline;     // adjacent to the other headline cells
};

// The places of all cells of cells.tsv. The caller frees them. Exits if out of memory.
struct place *places_of(const struct table *cells);

// Orders the indices of those of the n places that are chosen; the order depends only on the seed,
// the block and the places. Returns their number. Exits if out of memory.
size_t block_order(const struct place *places, size_t n, const bool *chosen, uint64_t seed,
                   size_t block, size_t *order);
