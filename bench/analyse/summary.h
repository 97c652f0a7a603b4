// What the trials of a run say of each cell: the median over the blocks with its 95 % interval
// (percentiles of open loops: that of all blocks merged), and the ratio to the experiment's
// baseline, paired within blocks, with its own; and what experiments derive from several cells of a
// block. It is computed once and stays in memory; summary.tsv is what others read of it. The same
// trials give the same summary to the last digit.
#pragma once

#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/analyse/validity.h"

#include <stdio.h>

struct summary_row {
    struct cell cell;
    const struct metric *metric; // NULL: derived; cell.model is then its name
    const char *family;
    char baseline[64];
    struct estimate value, ratio; // value may be INFINITY: never
    int validity;
    char note[FAULT_BYTES + 20]; // reasons, or why there is no value, or "-"
    double p_holm;               // of a ratio of 1, adjusted for its family; NAN: it is in none
    char x[64], name[64];        // what cell.x and, of what is derived, cell.model point to
};

struct summary {
    struct summary_row **rows;
    size_t count;
};

// Computes all rows: an experiment's headline metric first, then its others, then what it derives.
void summarize(struct summary *summary, const struct run *run, const struct experiment *experiments,
               size_t count);

void summary_free(struct summary *summary);

// What tables call the metric of a row.
const char *summary_metric(const struct summary_row *row);

// The row on a cell's metric, by its name ("derived": what is derived under the name of the model),
// or NULL.
const struct summary_row *summary_find(const struct summary *summary, const struct cell *c,
                                       const char *metric);

void summary_write(const struct summary *summary, FILE *file);

// Writes the metrics that a summary has, as a table: what they are called and measured in.
void summary_write_metrics(const struct summary *summary, FILE *file);
