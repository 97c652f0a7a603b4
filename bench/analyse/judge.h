// Judges the textbook claims (bench/questions/claims/*.conf) on a run: one row per condition of
// each claim.
//
// A ratio between two cells is taken within blocks, with the usual interval. A claim is decided
// only if whole intervals are on one side, even among many comparisons (Holm), and never by a
// suspect or invalid number.
#pragma once

#include "bench/analyse/later.h"
#include "bench/analyse/summary.h"

// The data that conclusions are drawn from.
struct evidence {
    const struct run *run;
    const struct summary *summary;
    const struct experiment *experiments; // of the run
    size_t count;
};

// Judges all claims and writes the verdicts. Those that were added after the run change no verdict
// on the others. Exits with status 1 and one line if a claim is malformed.
void judge(const struct evidence *e, const struct confs *confs, FILE *file);
