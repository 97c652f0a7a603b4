// The summary of a run: for each cell the median over the blocks with its 95 % interval (p99.9 of
// open loops: from the merged blocks), and the ratio to the experiment's baseline, paired within
// blocks, with its own interval; also the derived quantities. It is computed once and kept in
// memory; summary.tsv is its output for others. The same trials give exactly the same summary.
#pragma once

#include "bench/analyse/need.h"
#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"
#include "bench/analyse/verdict.h"

#include <stdbool.h>
#include <stdio.h>

struct summary_row {
    struct cell cell;
    const struct metric *metric; // NULL: derived; cell.model is then its name
    const char *family;
    char baseline[64];
    bool is_skipped;              // the model cannot run here: note says why
    struct estimate value, ratio; // value may be INFINITY: never
    int validity;
    char note[FAULT_BYTES + 20]; // reasons, or why there is no value, or "-"
    double p_holm;               // for a ratio of 1, adjusted for its family; NAN: not in a family
    enum difference difference;  // from the baseline; NO_INTERVAL, too, for what is not valid
    struct need need;            // if it is undecided
    char x[64], name[64];        // targets of cell.x and, for derived quantities, cell.model
};

struct summary {
    struct summary_row **rows;
    size_t count;
};

// Computes all rows: an experiment's headline metric first, then its other metrics, then derived
// quantities.
void summarize(struct summary *summary, const struct run *run, const struct experiment *experiments,
               size_t count);

void summary_free(struct summary *summary);

// The name of a row's metric in tables.
const char *summary_metric(const struct summary_row *row);

// A cell's row for a metric, by its name ("derived": the derived quantity with the model's name),
// or NULL.
const struct summary_row *summary_find(const struct summary *summary, const struct cell *c,
                                       const char *metric);

void summary_write(const struct summary *summary, FILE *file);

// Writes the metrics of a summary as a table: their labels and units.
void summary_write_metrics(const struct summary *summary, FILE *file);
