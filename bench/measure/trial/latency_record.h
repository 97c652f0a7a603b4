// The latencies of a trial in open loop, every one of them: the driver's histogram, kept as a line
// of the run's latency.tsv (trial, tab, histogram). Percentiles of several trials come from merging
// these, never from averaging percentiles.
#pragma once

#include "bench/measure/trial/trial_type.h"
#include "clients/core/report.h"

struct latency_record {
    int fd;            // takes the driver's histogram
    char argument[64]; // for the driver, that it writes it there
};

// Exits with status 1 if there is no memory for it.
struct latency_record latency_record_begin(void);

// Appends the line, if the driver's report tells of an open loop.
void latency_record_keep(struct latency_record *record, const struct trial *trial,
                         const struct report *report);
