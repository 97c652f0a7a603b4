// The tables of a run.
#pragma once

#include "bench/analyse/latencies.h"
#include "bench/base/experiment.h"
#include "bench/base/metric.h"
#include "bench/base/table.h"

#include <stdbool.h>
#include <stdint.h>

// For every interval of a run, so that the scheduler and the summary get the same ones.
enum { RESAMPLES = 10000, SEED = 1 };

// The rows of a table sorted by cell, so that the rows of a cell are adjacent, in their original
// order.
struct index {
    const struct table *table;
    size_t experiment, model, x; // columns
    size_t *rows, count;
};

// The values of a trial, and their validity by today's rules.
struct judged_trial {
    double values[METRIC_COUNT];
    const char *status;
    int validity;     // of validity.h
    uint32_t reasons; // bit i: reasons[i] of validity.h
};

struct run {
    struct table plan, models, trials;
    struct table dropped;          // no text: nothing was
    struct judged_trial *judged;   // [trials.rows]
    struct index planned, by_cell; // of the plan; of the trials
    struct latencies latencies;
    size_t blocks;                                                   // of the plan, numbered from 1
    size_t model_experiment, model_name, model_family, model_status; // columns
    size_t trial_number, trial_block;                                // columns
};

struct cell {
    const char *experiment, *model, *x;
};

// Exits with status 1 and one line if the folder is not a run, or nothing was measured yet.
void run_read(struct run *run, const char *folder);

void run_free(struct run *run);

// The run as it was when its plan had only so many rows, all of them carried out: its trials are
// the first ones, in the order of the plan, and nothing was dropped. More rows again is allowed, up
// to those that were read.
void run_cut(struct run *run, size_t rows);

// Whether the plan has it, and the scheduler has not dropped it for lack of time.
bool run_has_planned(const struct run *run, const struct cell *c);

// The family of its model, or "-" if the run does not know it.
const char *run_family(const struct run *run, const struct cell *c);

// The rows of its trials so far, usable or not, in order.
const size_t *run_trials(const struct run *run, const struct cell *c, size_t *count);

// The mean duration of its trials in s, NAN without any.
double run_trial_s(const struct run *run, const struct cell *c);

// The trial number of a row of trials.tsv, in the plan's numbering, from 1. Exits with status 1 and
// one line if the plan has no such trial.
size_t run_trial_number(const struct run *run, size_t row);
