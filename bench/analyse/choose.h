// Which models do best in which situation (bench/questions/situations/): for each the model
// with the best median, all that are about the same, and fork, with ratios to the best.
//
// Ratios are taken within blocks; numbers without an interval, suspect or invalid ones decide
// nothing, and where half of the models have no others nobody is best. Who serves one client after
// the other, and the peers, are no choice here: the first is the base to read the others against,
// the second are libraries.
#pragma once

#include "bench/analyse/judge.h"

void choose(const struct evidence *evidence, const char *situations_folder, FILE *file);
