// Which trials can be used, and for what: every reason to doubt one, with its threshold and why it
// is that (validity.c), and what they mean for a cell.
//
// A trial is valid, suspect or invalid, and its reasons are codes. What an invalid one measured
// enters no number. A suspect one enters all of them; where too many of a cell's trials bear a code
// that concerns a metric, the cell is suspect as to that metric. A few reasons disprove the model:
// found once, nothing that it measured anywhere in the run is used. A new reason is a row in
// validity.c, and a figure (measurement.h) for it to look at.
#pragma once

#include "bench/analyse/run.h"
#include "bench/base/measurement.h"

#include <stdio.h>

enum { VALID, SUSPECT, INVALID, DISPROVED };

extern const char *const validity_names[]; // as tables have them: a disproved trial is invalid

struct reason {
    const char *code;
    int validity;         // of a trial that has it
    unsigned concerns;    // these classes of metrics (metric.h)
    enum figure looks_at; // FIGURE_COUNT: at nothing of one trial
    double low, high; // a figure below or above is one; NAN: no such bound. No figure is no reason
    const char *says; // in a picture
    const char *why;  // why that is the threshold
};

extern const struct reason reasons[];
extern const size_t reason_count;

// A code that marks more of a cell's trials than this makes it suspect. The typical ratio leaves
// out a fifth of the blocks at either end, and a median bears more: fewer do not carry the result.
enum { SUSPECT_PERCENT = 20 };

enum { CODES_BYTES = 256 };

// Judges a trial by its figures, NAN where it has none, and its status. The reasons that it has go
// into a set: bit i for reasons[i]. Returns its validity.
int trial_validity(const double figures[FIGURE_COUNT], const char *status, uint32_t *set);

// Writes the codes of a set, separated by ';', or "-".
void codes_print(uint32_t set, char codes[CODES_BYTES]);

enum { FAULT_BYTES = 400 };

enum { NO_ROW = -1 };

// For each block the row of the cell's trial that can be used for a class of metrics, NO_ROW where
// there is none. fault (if not NULL) becomes why not, the last time that one could not, or empty.
// The caller frees the rows.
long *usable_rows(const struct run *run, const struct cell *c, unsigned metric_class,
                  char fault[FAULT_BYTES]);

// A metric's value in each block, NAN where there is none that can be used. The caller frees them.
double *values_of(const struct run *run, const struct cell *c, const struct metric *metric,
                  char fault[FAULT_BYTES]);

// Judges a cell as to a metric, of which n values can be used. The reasons that concern it go into
// the set. Returns VALID or SUSPECT.
int cell_validity(const struct run *run, const struct cell *c, const struct metric *metric,
                  size_t n, uint32_t *set);

// What fewer than ESTIMATE_MIN_N values are, as a set.
uint32_t too_few_samples(void);

// Writes a table of the reasons: what each looks at, and how many of the run's trials have it.
void reasons_write(const struct run *run, FILE *file);

// Writes a row for each trial that there is a reason to doubt, with its reasons.
void doubts_write(const struct run *run, FILE *file);
