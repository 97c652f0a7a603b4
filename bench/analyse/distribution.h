// The latency distribution of open-loop cells, for plots: a row for each of about forty
// percentiles, up to the last with ten values beyond it, each with its interval.
#pragma once

#include "bench/analyse/run.h"
#include "bench/base/experiment.h"

#include <stdio.h>

#define DISTRIBUTION_COLUMNS "experiment\tmodel\tx\tpercentile\tlatency_us\tlow\thigh"

// Writes the rows of an experiment's cells.
void distribution_write(FILE *file, const struct run *run, const struct experiment *e);
