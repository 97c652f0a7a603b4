// What would decide an undecided comparison: blocks, and the minutes that their trials take.
#pragma once

#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"

#include <stdio.h>

struct need {
    size_t blocks;  // 0: not known
    double minutes; // for the blocks that are missing; NAN: not known
};

extern const struct need no_need;

// As blocks_needed (verdict.h), with the time that the trials take. of, to: the cells; to may be
// NULL.
struct need need_of(const struct run *run, const struct cell *of, const struct cell *to,
                    const struct estimate *e, double bound, size_t comparisons);

// Writes both as columns.
void need_write(FILE *file, const struct need *need);
