// What stands behind the answer of an experiment: the cells that a headline ratio, or what is
// derived and part of the answer, is made from. They take part in more blocks than the others.
#pragma once

#include "bench/core/experiment.h"

#include <stdbool.h>

// A headline model, or its baseline, at one of the x of the headline (at any, if it names none); or
// a term of what the answer names. x is "-" if nothing varies.
bool is_behind_headline(const struct experiment *e, const char *model, const char *x);

// With whom a cell takes turns: all of an experiment with the same turn are in the same blocks, so
// that what is compared has its partner there.
enum turn {
    TURN_HEADLINE, // with all that is behind the headline
    TURN_DERIVED,  // with all that something is derived from which is not part of the answer
    TURN_X,        // with the other cells of its x, for its baseline is one of these
    TURN_ALONE,    // its baseline is behind the headline, and there in any case
};

enum turn turn_of(const struct experiment *e, const char *model, const char *x);
