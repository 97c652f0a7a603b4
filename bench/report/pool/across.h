// A ratio on all machines: each machine's own, and what is pooled from them.
#pragma once

#include "bench/analyse/pooling.h"
#include "bench/report/pool/input.h"

struct across {
    struct ratio *of;     // on each machine; runs of one machine are pooled first
    struct pooled pooled; // of the sound ones; k: how many
    double least, most;   // of the sound ones; NAN if there is none
};

// by_run: the ratio in each run. Of a machine with several runs, the random-effects mean of its
// sound ones counts, with the interval of the normal distribution.
struct across across_machines(const struct pool *p, const struct ratio *by_run);

void across_free(struct across *a);

// {machines: [{measured, sound} or null], known, range, text, pooled, prediction, between, i2}. A
// measured number is that of report.json; pooled, prediction, between and i2 are null for fewer
// than three machines.
json_t *across_json(const struct pool *p, const struct across *a);

// A number of report.json as a ratio of a run; one that does not exist for null.
struct ratio ratio_of_measured(const json_t *measured);
