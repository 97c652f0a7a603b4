// The latencies of a trial in open loop, every one of them: the driver's histogram, kept as a line
// of the run's latency.tsv (trial, tab, histogram). Percentiles of several trials come from merging
// these, never from averaging percentiles.
#pragma once

#include <stdio.h>

struct record {
    int fd;            // takes the driver's histogram
    char argument[64]; // for the driver, that it writes it there
};

// Exits with status 1 if there is no memory for it.
struct record record_begin(void);

// Appends the line, unless the driver wrote none.
void record_keep(struct record *record, unsigned long trial, FILE *latencies);
