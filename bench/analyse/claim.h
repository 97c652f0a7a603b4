// The conditions of a claim: what one or two cells of a question must be like for it to hold. The
// notation is described in bench/questions/claims/README.md.
#pragma once

#include "bench/analyse/statistics.h"

struct operand {
    char experiment[64], model[64], x[64], metric[64]; // metric is empty: the headline's
};

struct condition {
    struct operand of, to; // to.model is empty: the value itself, not a ratio
    char comparison;       // '<', '>' or '='
    double bound;
};

enum verdict { HOLDS, DOES_NOT_HOLD, UNDECIDED, NOT_MEASURED };

extern const char *const verdict_words[];

// Reads a condition. Exits with status 1 and one line, which begins with `where`, if it is none.
void condition_parse(struct condition *c, const char *text, const char *where);

// What an interval says of it: holds or does not if all of the interval does.
enum verdict condition_judge(const struct condition *c, const struct estimate *e);

// Of all of a claim's conditions: it does not hold if one does not, and holds if all do.
enum verdict verdict_both(enum verdict a, enum verdict b);
