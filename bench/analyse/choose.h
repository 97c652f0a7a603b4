// Compares the models of each situation (bench/questions/situations/) with the best of them
// (best.h): chooser.tsv has the place of every model, best first, and its ratio to the best.
//
//     best              the only one that may be the best (or several, if all values are equal)
//     may be the best   not shown to be worse than any other
//     same within 10 %  worse, but by less than 10 %: so is its whole interval
//     worse             worse than another, by 10 % or more as far as is known
//     suspect, invalid  no conclusion rests on its number (validity.h)
//
// The interval of a ratio begins at 1 (ends at 1, if more is better), because nothing is better
// than the best; all intervals of a situation hold together with 95 % confidence. If a value is 0
// or "never" there are no ratios, and differences decide. For percentiles of merged histograms,
// which have no value per block, all pairs are compared, with Bonferroni's correction.
//
// If half of the models have no valid number, there is no best one. Iterative servers and peers are
// no candidates: the former are the baseline, the latter are libraries.
#pragma once

#include "bench/analyse/judge.h"

void choose(const struct evidence *evidence, const struct confs *situations, FILE *file);
