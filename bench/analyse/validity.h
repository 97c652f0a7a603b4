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

// What a metric is a measure of: that is read off its name.
enum {
    RATES = 1,     // ..._per_s
    LATENCIES = 2, // latency_..., service_...
    DURATIONS = 4, // wall_...
    CPU_TIMES = 8, // ...cpu_us..., user_us..., system_us...
    COUNTS = 16,   // everything else: descriptors, memory, faults
    EVERYTHING = 31
};

unsigned measure_of(const char *metric);

struct reason {
    const char *code;
    int validity;         // of a trial that has it
    unsigned concerns;    // these measures
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

// Judges a trial. codes becomes its reasons, separated by ';', or "-". Returns its validity.
int trial_validity(const struct measurement *m, char codes[CODES_BYTES]);

enum { FAULT_BYTES = 400 };

// A metric's value in each block, NAN where there is none that can be used. fault (if not NULL)
// becomes why not, the last time that one could not, or empty. The caller frees the values.
double *values_of(const struct run *run, const struct cell *c, const char *metric,
                  char fault[FAULT_BYTES]);

// The same of any column, by the trials that can be used for this measure.
double *values_for(const struct run *run, const struct cell *c, const char *name, unsigned measure,
                   char fault[FAULT_BYTES]);

// Judges a cell as to a metric, of which n values can be used. codes becomes the reasons that
// concern it, or "-". Returns VALID or SUSPECT.
int cell_validity(const struct run *run, const struct cell *c, const char *metric, size_t n,
                  char codes[CODES_BYTES]);

// Adds those codes that are not there yet.
void codes_add(char codes[CODES_BYTES], const char *more);

// Writes a table of the reasons: what each looks at, and how many of the run's trials have it.
void reasons_write(const struct run *run, FILE *file);
