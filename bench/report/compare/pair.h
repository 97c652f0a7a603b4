// The ratios that are compared: those of each question's headline metric to the baseline, in two
// runs or more, and what can be said of two.
#pragma once

#include "bench/report/compare/side.h"

#include <stdbool.h>

struct ratio {
    bool exists, has_interval;
    double value, low, high;
    double median; // of the metric itself: shown, never judged
    size_t blocks;
    const char *validity, *note; // of its own run; note is NULL without a row
    bool is_sound;               // it and its baseline are valid, and it has an interval
    const char *mark; // what it says of the model and its baseline: "~" same, "?" undecided, ""
};

struct pair {
    const char *experiment, *metric, *model, *x, *baseline;
    char subject[128]; // model@x
    bool is_headline;  // in one of the runs
    struct ratio *of;  // in each run: base, new
};

// changed: the intervals do not overlap, and the estimates differ by more than 5 %.
// same: else, the two differ by at most 10 % (pair_difference).
// undecided: else; an interval is too wide, or missing for too few blocks.
enum change { CHANGED, SAME, UNDECIDED };

// All ratios of which one of so many runs has a row, perhaps without a ratio. Returns how many.
size_t pairs_read(const struct side *sides, size_t runs, struct pair **pairs);

void pairs_free(struct pair *pairs, size_t count);

enum change pair_change(const struct pair *p);

// By how many percent the two may differ: the farther end of the 90 % interval of new / base. In
// logarithms, its half width is the root of the sum of squares of those of both runs.
double pair_difference(const struct pair *p);

// How many of the two intervals, 0 to 2, reach the other run's estimate within 5 %.
int pair_reaches(const struct pair *p);
