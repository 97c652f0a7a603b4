// Which cells take part in a block, and in which order.
//
// What is compared is measured close together: a machine that others use changes its speed within
// seconds, and a ratio is all the more exact the less of that lies between its two halves. So a
// block is shuffled as a whole only by its experiments; within an experiment its x, within an x the
// cells behind the headline as one and each of the others, and the cells behind the headline among
// each other. Who of two comes first, and where the pair stands, is chance.
#pragma once

#include "bench/base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    size_t experiment, x; // the first cell of the same: two x of two experiments differ
    bool is_headline;     // stands beside those that are, too
    size_t every, turn;   // takes part in one of so many blocks: in those with this remainder
};

// The places of all cells of cells.tsv. Experiments take turns; within one all cells that take part
// in as many blocks are in the same ones, and those that take part in more of them are there, too:
// any two can be compared. The caller frees them. Exits if memory runs out.
struct place *places_of(const struct table *cells);

// Whether it does in this one, counted from 1. All do in the first.
bool takes_part(const struct place *place, size_t block);

// Puts the indices of the n places that take part in a block into the order of it, which depends on
// the seed, the block and the places alone. Returns how many they are. Exits if memory runs out.
size_t block_order(const struct place *places, size_t n, uint64_t seed, size_t block,
                   size_t *order);
