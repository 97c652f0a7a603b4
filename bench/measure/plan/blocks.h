// plan.tsv: the trials of a run, a block at a time, as the scheduler chooses them.
#pragma once

#include "bench/base/record.h"
#include "bench/base/table.h"

#include <stdbool.h>
#include <stdint.h>

// Opens a run's plan.tsv for appending. Rows of a block that was not written whole go.
struct record blocks_open(const char *run_folder);

// Appends a block of the chosen cells, in the order and in the layouts that the seed gives it.
// loads: one for each cell, instead of that of cells.tsv where it is not NULL; or NULL. Trials
// count on from the last one. Exits with status 1 and one line if there is no room.
void blocks_append(const struct record *plan, const struct table *cells, const bool *chosen,
                   char *const *loads, uint64_t seed, size_t block, size_t trials_before);
