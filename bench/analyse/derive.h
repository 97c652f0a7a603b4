// Quantities that an experiment derives from several cells of a block: sums, differences and
// quotients of its models' costs, and what compares several x.
// bench/questions/experiments/README.md describes the notation.
#pragma once

#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"

#include <stdbool.h>

struct derived {
    char name[64], baseline[64];
    char note[256];               // a note on it, or "-"
    uint32_t reasons;             // reasons to doubt its terms: a set (validity.h)
    bool for_all_x;               // a single value: it names its x or uses all of them
    struct estimate value, ratio; // ratio: to the baseline, if it has the same unit
};

// Computes a `derive` line at this x ("-": nothing varies). Exits with status 1 and one line if the
// line is malformed.
void derive(const struct run *run, const struct experiment *e, const char *text, const char *x,
            struct derived *d);
