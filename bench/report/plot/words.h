// STEM.words: the texts and axes of a figure as variables of gnuplot.
#pragma once

#include "bench/base/table.h"
#include "bench/report/plot/picture.h"

// distribution: distribution.tsv of the run; NULL if it has none. Exits with status 1 if it cannot.
void words_write(struct picture *p, const struct table *distribution, const char *folder);
