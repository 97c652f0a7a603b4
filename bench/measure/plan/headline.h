// The headline cells of an experiment: those that a headline ratio, or a derived quantity of the
// answer, is computed from. They take part in more blocks than the others.
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>

// A headline model or its baseline, at one of the x of the headline (at any, if it names none), or
// a term of the answer. x is "-" if nothing varies.
bool is_headline_cell(const struct experiment *e, const char *model, const char *x);
