// Three verdicts on a ratio of two things: different, about the same, or undecided.
//
// An interval that includes 1 does not show that two things are the same. That takes two one-sided
// tests at 5 % (Schuirmann, "A comparison of the two one-sided tests procedure and the power
// approach for assessing the equivalence of average bioavailability", Journal of Pharmacokinetics
// and Biopharmaceutics 15, 1987, pp. 657-680): the whole 90 % interval must lie inside the margin.
// Then two things that differ by the margin pass as the same in at most 5 % of all runs.
#pragma once

#include "bench/analyse/statistics.h"

#include <stdbool.h>

// The margin: ratios from 1 / (1 + SAME_WITHIN) to 1 + SAME_WITHIN are about the same.
enum { SAME_WITHIN_PERCENT = 10 };
#define SAME_WITHIN (SAME_WITHIN_PERCENT / 100.0)

enum difference { DIFFERENT, ABOUT_THE_SAME, UNDECIDED_DIFFERENCE, NO_INTERVAL };

extern const char *const difference_words[]; // as in tables

// Whether the 90 % interval of a ratio lies inside the margin.
bool is_about_the_same(const struct estimate *ratio);

// The verdict on a ratio. p is its p-value after correction for a family of comparisons; NAN: only
// its interval counts.
enum difference difference_judge(const struct estimate *ratio, double p);

// About how many blocks, the present ones included, would decide on which side of a bound an
// estimate is, if its value stays and its interval shrinks with the root of the blocks. If the
// bound is 1, being the same decides, too. comparisons: how many of its family are undecided,
// itself included (Holm: the least p-value among them must be below 0.05 / comparisons); 0 counts
// as 1. The result has a margin of 30 %, because intervals are random. 0: not known, or more than
// 30 times as many.
size_t blocks_needed(const struct estimate *e, double bound, size_t comparisons);
