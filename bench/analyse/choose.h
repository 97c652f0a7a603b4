// Finds the best models for each situation (bench/questions/situations/): the model with the best
// median, all that are about the same, and fork, with ratios to the best.
//
// Ratios are taken within blocks. Numbers that are suspect, invalid or without an interval decide
// nothing; if half of the models have no others, there is no best one. Iterative servers and peers
// are no candidates: the former are the baseline, the latter are libraries.
#pragma once

#include "bench/analyse/judge.h"

void choose(const struct evidence *evidence, const struct confs *situations, FILE *file);
