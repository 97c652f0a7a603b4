// What an experiment derives from several cells of a block: sums, differences and quotients of its
// models' costs, and from which x on a model costs less than so many times the baseline.
// bench/questions/experiments/README.md has the language.
#pragma once

#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"

#include <stdbool.h>

struct derived {
    char name[64], baseline[64];
    char note[256];               // what is to be said of it, or "-"
    uint32_t reasons;             // to doubt what it is made from: a set (validity.h)
    bool for_all_x;               // one value: it names its x itself, or looks at all of them
    struct estimate value, ratio; // ratio: to the baseline, where it has the baseline's unit
};

// Computes what a `derive` line says at this x ("-": nothing varies). Exits with status 1 and one
// line if it makes no sense.
void derive(const struct run *run, const struct experiment *e, const char *text, const char *x,
            struct derived *d);
