// Gaps in which a program that spins did not run: somebody else had its processor.
#pragma once

#include <stdint.h>

// Longer than any interrupt takes: somebody else ran there, in this system or below it.
enum { GAP_NS = 50000 };

struct gaps {
    uint64_t longest_ns, lost_ns; // lost in gaps of more than GAP_NS
};

void gaps_add(struct gaps *g, uint64_t ns);
