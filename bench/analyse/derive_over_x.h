// The forms of a `derive` line that look at several x at once: crossover, change and spread. Only
// derive.c uses this.
#pragma once

#include "bench/analyse/derive.h"

// A line during parsing: its run, experiment and x, and the remaining words.
struct reading {
    const struct run *run;
    const struct experiment *e;
    const char *text, *x;
    const struct metric *metric;
    char *rest;
    bool has_x, differs; // a term names its x; something is subtracted
    uint32_t reasons;    // reasons to doubt its terms
};

// Exits with status 1 and one line: the line is malformed.
_Noreturn void reading_refuse(const struct reading *r);

// The next word, or NULL.
char *reading_word(struct reading *r);

// Adds the reasons to doubt a cell with these values, one per block.
void reading_doubt(struct reading *r, const struct cell *c, const struct metric *metric,
                   const double *values);

// Computes the quantity if the next word is one of these forms; otherwise reads nothing and returns
// false.
bool derive_over_x(struct reading *r, struct derived *d);
