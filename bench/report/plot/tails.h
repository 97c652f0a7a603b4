// The latencies of an open loop.
#pragma once

#include "bench/base/table.h"
#include "bench/report/plot/picture.h"

// Into p->words: at the condition that the answer is for (tails_at), the ends of the axes, and the
// names as in ends_I. distribution: distribution.tsv of the run.
void tails_print(const struct picture *p, const struct table *distribution, const char *at);

// Writes STEM.distribution.tsv, if the run has latencies for it.
void tails_write(const struct picture *p, const struct table *distribution, const char *folder);
