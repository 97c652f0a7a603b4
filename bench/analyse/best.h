// Multiple comparisons with the best (Hsu, Annals of Statistics 9, 1981; Edwards and Hsu, "Multiple
// comparisons with the best treatment", Journal of the American Statistical Association 78, 1983).
//
// Of many candidates that cost the same, the one with the smallest estimate was lucky (the winner's
// curse): compared with it alone, true bests look worse. So each candidate is compared with every
// other one, as if it were the best. It is ruled out only if an interval of a difference to another
// is above 0, where all intervals with the same candidate hold together with 95 % confidence. Those
// not ruled out may be the best; with 95 % confidence the true best is among them. A candidate's
// distance to the best is in the union of its intervals to these, cut at 0, since nothing costs
// less than the best. All this holds together, with 95 % confidence.
//
// Hsu's own intervals are one-sided and end at 0 at one side. Two-sided ones are up to a tenth
// wider, and say how much worse the worse ones are at least.
#pragma once

#include "bench/analyse/statistics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct standing {
    double distance;  // estimated cost less that of the best; 0 or more
    double low, high; // 0 or more; high is INFINITY if there are too few blocks in common
    bool may_be_best; // if it is the only one, or equals the others exactly, high is 0
};

// The standings of `count` candidates. costs[candidate * blocks + block] is a logarithm (then
// distances are logarithms of ratios) or a count; NAN: not measured. Two candidates are compared in
// the blocks that both have, by the 20 % trimmed mean of their differences. Intervals are
// symmetric. The error is the standard deviation over resamples, the critical value the 95 %
// quantile of the largest deviation in error units (at most Bonferroni's), both expanded to
// Student's. Resamples are Bayesian (Rubin, Annals of Statistics 9, 1981): each block gets a random
// weight, the same for all pairs. So a pair gets a proper resample of its own blocks, however few
// they are. tests/best.c simulates how often this is wrong.
//
// Cost: O(count^2 * blocks) per resample; 28 candidates, 9 blocks and 2000 resamples take 0.1 s.
void best_of_values(const double *costs, size_t count, size_t blocks, unsigned resamples,
                    uint64_t seed, struct standing *standings);

// As above, for what has no value per block: pairs[i * count + j] estimates the cost of i less that
// of j, with its 95 % interval. The critical value is Bonferroni's.
void best_of_pairs(const struct estimate *pairs, size_t count, struct standing *standings);
