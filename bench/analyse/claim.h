// The conditions of a claim: what one or two cells of a question must satisfy.
// bench/questions/claims/README.md describes the notation.
#pragma once

#include "bench/analyse/statistics.h"

#include <stdbool.h>

struct operand {
    char experiment[64], model[64], x[64], metric[64]; // metric may be empty: the headline metric
};

struct condition {
    struct operand of, to; // to.model is empty: the value itself, not a ratio
    char comparison;       // '<', '>' or '='
    double bound;
};

// Of several conditions, the last of these is that of the claim.
enum verdict { HOLDS, UNDECIDED, NOT_MEASURED, SAME, DOES_NOT_HOLD };

extern const char *const verdict_words[];

// Parses a condition. Exits with status 1 and one line that begins with `where` if it is malformed.
void condition_parse(struct condition *c, const char *text, const char *where);

// The verdict of an interval: holds or does not hold if the whole interval does.
enum verdict condition_judge(const struct condition *c, const struct estimate *e);

// Whether the condition says that one cell is less, or more, than another, and they are about the
// same (verdict.h). That is a verdict only if condition_judge finds none.
bool condition_compares_the_same(const struct condition *c, const struct estimate *e);

// The verdict on a claim from all its conditions: it does not hold if one does not, compares things
// that are the same if one does, and holds if all do.
enum verdict verdict_both(enum verdict a, enum verdict b);
