// What a question's picture shows: which panels, each number's row, mark and label, and the
// footnotes that explain these marks and no others. plot_tables.c gives it to gnuplot.
//
// Questions of several numeric conditions are drawn as lines, all others as rows of dots, each with
// two panels: the headline metric and the next one that a reader compares, or the headline metric
// in up to three conditions. A question with a script of its own (plots/STEM.gp) names the metrics
// there, in a line "# panels: METRIC ...".
#pragma once

#include "bench/report/model/facts.h"

#include <jansson.h>

// A new reference; JSON's null if the question has no number to draw.
json_t *figure_of(const struct facts *f, const struct experiment *e);
