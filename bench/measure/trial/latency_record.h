// All latencies of an open-loop trial: the driver's histogram, kept as a line of the run's
// latency.tsv (trial, tab, histogram). Percentiles of several trials come from merging these, never
// from averaging percentiles.
#pragma once

#include "bench/measure/trial/trial_type.h"
#include "clients/core/report.h"

struct latency_record {
    int fd;            // receives the driver's histogram
    char argument[64]; // the driver's argument to write it there
};

// Exits with status 1 if out of memory.
struct latency_record latency_record_begin(void);

// Appends the line if the driver ran an open loop.
void latency_record_keep(struct latency_record *record, const struct trial *trial,
                         const struct report *report);
