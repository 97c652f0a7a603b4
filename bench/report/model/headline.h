// The question whose answer is the headline of the page, and whose numbers are its first picture.
#pragma once

#include "bench/report/model/facts.h"

// The first core question that has a usable value, in the order of the page; without one, the first
// other question that has one, or the first of all.
const struct experiment *headline_experiment(const struct facts *f);
