// The latencies of a run's trials in open loop, as latency.tsv keeps them.
#pragma once

#include "clients/core/histogram.h"

#include <stddef.h>
#include <stdint.h>

// A histogram without its empty slots.
struct sparse {
    size_t slots; // 0: there is none
    uint32_t *slot;
    uint64_t *count;
    uint64_t max_ns;
};

struct latencies {
    size_t trials;
    struct sparse *of; // [trials], by their number less one
};

// Reads what a run has: nothing, if it has no such file. Exits with status 1 and one line if a file
// cannot be read or is damaged.
void latencies_read(struct latencies *l, const char *folder, size_t trials);

void latencies_free(struct latencies *l);
