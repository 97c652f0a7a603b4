// Which trials can be used, and for what: every reason to doubt a trial, with its threshold and
// explanation (validity.c), and its consequence for a cell.
//
// A trial is valid, suspect or invalid, and its reasons are codes. An invalid trial is part of no
// number. A suspect trial is part of all of them; if too many of a cell's trials have a code that
// applies to a metric, the cell is suspect for that metric. A few reasons disprove the model: after
// a single occurrence, none of its measurements in the run is used. A new reason is a row in
// validity.c and a figure (metric.h) to check.
#pragma once

#include "bench/analyse/run.h"
#include "bench/base/measurement.h"

#include <stdio.h>

enum { VALID, SUSPECT, INVALID, DISPROVED };

extern const char *const validity_names[]; // as in tables: a disproved trial is invalid

struct reason {
    const char *code;
    int validity;            // of a trial that has it
    unsigned concerns;       // the classes of metrics that it applies to (metric.h)
    enum metric_id looks_at; // METRIC_COUNT: none
    double low, high; // a figure below low or above high is a reason; NAN: no bound; a missing
                      // figure is no reason
    const char *says; // text in a picture
    const char *why;  // explanation of the threshold
};

extern const struct reason reasons[];
extern const size_t reason_count;

// A code that marks more than this share of a cell's trials makes it suspect. The typical ratio
// ignores a fifth of the blocks at either end, and a median tolerates more: fewer trials cannot
// change the result.
enum { SUSPECT_PERCENT = 20 };

enum { CODES_BYTES = 256 };

// Judges a trial by its values (NAN: missing) and its status. Its reasons are added to a set: bit
// i for reasons[i]. Returns its validity.
int trial_validity(const double values[METRIC_COUNT], const char *status, uint32_t *set);

// Writes the codes of a set, separated by ';', or "-".
void codes_print(uint32_t set, char codes[CODES_BYTES]);

enum { FAULT_BYTES = 400 };

enum { NO_ROW = -1 };

// For each block the row of the cell's trial that is usable for a class of metrics, or NO_ROW.
// fault (if not NULL) becomes the last reason against a trial, or empty. The caller frees the rows.
long *usable_rows(const struct run *run, const struct cell *c, unsigned metric_class,
                  char fault[FAULT_BYTES]);

// A metric's value in each block, NAN without a usable one. The caller frees them.
double *values_of(const struct run *run, const struct cell *c, const struct metric *metric,
                  char fault[FAULT_BYTES]);

// Judges a cell for a metric with n usable values. The reasons that apply are added to the set.
// Returns VALID or SUSPECT.
int cell_validity(const struct run *run, const struct cell *c, const struct metric *metric,
                  size_t n, uint32_t *set);

// The reason for fewer than ESTIMATE_MIN_N values, as a set.
uint32_t too_few_samples(void);

// Writes a table of the reasons: the figure that each checks, and how many of the run's trials have
// it.
void reasons_write(const struct run *run, FILE *file);

// Writes a row for each trial with a reason to doubt it.
void doubts_write(const struct run *run, FILE *file);
