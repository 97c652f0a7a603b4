// What stands behind the answer of an experiment: the cells that a headline ratio, or what is
// derived and part of the answer, is made from. They take part in more blocks than the others.
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>

// A headline model, or its baseline, at one of the x of the headline (at any, if it names none); or
// a term of what the answer names. x is "-" if nothing varies.
bool is_headline_cell(const struct experiment *e, const char *model, const char *x);
