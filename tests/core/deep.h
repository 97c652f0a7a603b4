// How often a test simulates: less in make test, which each change runs, than in tests/deep.sh
// (DEEP=1).
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static inline size_t simulations(size_t usual, size_t deep)
{
    return getenv("DEEP") ? deep : usual;
}

// Whether a share found in the usual number of simulations is the expected one, where `within` is
// what is allowed in the deep number: with fewer, as much more as the standard error is larger.
static inline bool is_near(double found, double expected, double within, size_t usual, size_t deep)
{
    return fabs(found - expected) <= within * sqrt((double)deep / (double)simulations(usual, deep));
}
