// Gaps in which a spinning program did not run: another task had its CPU.
#pragma once

#include <stdint.h>

// Longer than any interrupt: another task ran there, in this system or below it.
enum { GAP_NS = 50000 };

struct gaps {
    uint64_t longest_ns, lost_ns; // lost_ns: total of the gaps of more than GAP_NS
};

void gaps_add(struct gaps *g, uint64_t ns);
