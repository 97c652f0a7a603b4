#include "bench/measure/gaps.h"

void gaps_add(struct gaps *g, uint64_t ns)
{
    if (ns > g->longest_ns)
        g->longest_ns = ns;
    if (ns > GAP_NS)
        g->lost_ns += ns;
}
