// The rows of summary.tsv, for the steps that come after it.
#pragma once

#include "bench/analyse/run.h"

// Reads the summary of a run. Exits with status 1 and one line if there is none.
void summary_read(struct table *summary, const char *folder);

// The row on a cell's metric, or -1. A derived quantity stands there as a model.
long summary_row(const struct table *summary, const struct cell *c, const char *metric);
