// The latencies of a run's open-loop trials, as stored in latency.tsv.
#pragma once

#include "clients/core/histogram.h"

#include <stddef.h>
#include <stdint.h>

// A histogram without its empty slots.
struct sparse {
    size_t slots; // 0: no histogram
    uint32_t *slot;
    uint64_t *count;
    uint64_t max_ns;
};

struct latencies {
    size_t trials;
    struct sparse *of; // [trials], indexed by trial number minus one
};

// Reads the file of a run: nothing if there is none. Exits with status 1 and one line if a file
// cannot be read or is damaged.
void latencies_read(struct latencies *l, const char *folder, size_t trials);

void latencies_free(struct latencies *l);
