// The comparison of two runs: all that its text and its page show.
//
//     {"schema": "forklore-compare/1", "base", "new": "name, date, commit",
//      "conditions", "questions": [line], "only_base", "only_new": [line], "totals": [sentence],
//      "headline", "other": [{experiment, title, metric, baseline, rows: [
//          {subject, base: M, new: M, base_text, new_text, change, verdict, verdict_text, medians,
//           slope: {base: [left, at, right], new: [left, at, right]}}]}],
//      "counts": {headline: {all, changed, same, undecided}, other: {...}}}
//
// M is the measured object of report.json. base_text and new_text have a mark at the end: "~" if
// the run itself says that the model is about the same as its baseline, "?" if it is undecided
// there. A slope's positions are percent of a log axis of the new ratio over the base's, from 1/2
// to 2; what is beyond lies on its end.
#pragma once

#include "bench/report/compare/side.h"

#include <stdbool.h>
#include <stdio.h>

// Exits with status 1 and one line if no ratio is in both runs.
json_t *comparison_of(const struct side sides[2], bool *has_changed);

// Lays it out as text, 100 columns wide.
void comparison_print(const json_t *comparison, FILE *file);
