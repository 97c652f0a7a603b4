// What a run says of the textbooks' claims (bench/questions/claims/*.conf): a row for each
// condition of each claim.
//
// A ratio between two cells is taken within blocks, with the interval that all ratios have. A claim
// is decided only where whole intervals are on one side, also among so many (Holm), and never on a
// suspect or invalid number.
#pragma once

#include "bench/analyse/summary.h"

// What conclusions are drawn from.
struct evidence {
    const struct run *run;
    const struct summary *summary;
    const struct experiment *experiments; // of the run
    size_t count;
};

// Judges all claims of a folder and writes the verdicts. Exits with status 1 and one line if a
// claim makes no sense.
void judge(const struct evidence *e, const char *claims_folder, FILE *file);
