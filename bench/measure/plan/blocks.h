// plan.tsv: the trials of a run, a block at a time, as the scheduler chooses them.
#pragma once

#include "bench/base/record.h"
#include "bench/base/table.h"

#include <stdbool.h>
#include <stdint.h>

// Opens a run's plan.tsv for appending. Rows of a block that was not written whole go.
struct record blocks_open(const char *run_folder);

struct block {
    size_t number, trials_before; // trials count on from the last one
    const bool *chosen;           // [cells]
    char *const *loads;           // [cells]: instead of that of cells.tsv where not NULL; or NULL
    double budget_s;              // that it was chosen by; NAN: it was not the scheduler that chose
};

// Appends a block of the chosen cells, in the order and in the layouts that the seed gives it.
// Exits with status 1 and one line if there is no room.
void blocks_append(const struct record *plan, const struct table *cells, uint64_t seed,
                   const struct block *block);

// The rows that blocks_append would append, without their checksums. Returns how many; the caller
// frees each of them, and their list.
size_t blocks_rows(const struct table *cells, uint64_t seed, const struct block *block,
                   char ***rows);
