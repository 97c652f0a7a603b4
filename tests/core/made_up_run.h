// A run that is made up, for tests of the scheduler. The run is a real folder, written by what
// writes those of every other run; only what a trial finds, and how long it takes, is made up: from
// a truth about each cell, and a machine that wanders (AR(1) from trial to trial), drifts, and now
// and then takes three times as long. The seeds are fixed, so that a pass or a failure is one for
// good.
#pragma once

#include "bench/base/metric.h"
#include "bench/base/record.h"
#include "bench/base/table.h"
#include "bench/measure/scheduler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MAX_CELLS = 160, MAX_BLOCKS = 1000 };

struct truth {
    const char *experiment, *model, *x;
    bool is_headline;
    double value, spread, cost_s; // the spread is of the logarithm
    // What else its trials find, and from which trial on; METRIC_window_s, the first: nothing.
    enum metric_id besides;
    double found;
    size_t from;
    const char *fault;          // NULL: none
    unsigned long small, large; // how often a timed program repeats its operation for that cost
};

struct machine {
    double wander, slope; // standard deviations: of what lasts for some trials; of the drift
    double outliers;      // how likely a trial is one
};

extern const struct machine still, usual, recorded;

struct run_made_up {
    struct truth truths[MAX_CELLS];
    size_t count;
    enum metric_id metrics[MAX_CELLS]; // the headline metric of each
    struct machine machine;
    unsigned short random[3];
    double wander, drift, slope;

    struct scheduler *scheduler;
    struct table cells;
    struct record plan, trials;
    double budget_s, spent_s;
    size_t blocks, planned;
    bool chosen[MAX_CELLS];     // for the next block
    size_t measured[MAX_CELLS]; // trials of each cell
    double took_s[MAX_CELLS];   // all of them together
    char folder[64], cells_path[96];
};

// In order: begins a run without cells, whose truths are then set; writes a conf, or makes a folder
// for some; plans and carries out the first block; chooses the next; carries it out.
void begin_run(struct run_made_up *r);
void write_conf(const struct run_made_up *r, const char *folder, const char *stem,
                const char *text);
void make(const struct run_made_up *r, const char *folder);
void start(struct run_made_up *r, const struct machine *machine, double budget_s, uint64_t seed);
bool choose(struct run_made_up *r);
void measure(struct run_made_up *r);

// Reads its scheduler, which start() has done. It resamples less than that of a real run, unless
// the environment has DEEP.
void read_scheduler(struct run_made_up *r);

// Chooses and measures until the run is complete.
void finish(struct run_made_up *r);

// Ends it and removes its folder.
void end_run(struct run_made_up *r);

// A file of its folder, to read or to write. The path is valid until the next call.
const char *path_in(const struct run_made_up *r, const char *name);
FILE *begin(const struct run_made_up *r, const char *name);

// Begins a run of two questions with a baseline and a headline model each; other cells are added.
enum { FIRST_BASE, FIRST_HEAD, SECOND_BASE, SECOND_HEAD, ADDED };
void two_questions(struct run_made_up *r, double cost_s);
void add_cell(struct run_made_up *r, const char *experiment, const char *model, double spread,
              double cost_s);
void set_pair(struct run_made_up *r, size_t base, double spread, double cost_s);

// The core questions, with their claims and situations, on a recorded machine, or on one that takes
// so many times as long for everything. The table of costs holds the names.
void as_recorded(struct run_made_up *r, struct table *costs, const char *path, double times);

struct dropped {
    struct table table;
    char path[128];
};

void read_dropped(struct run_made_up *r, struct dropped *d);

// The minutes of a question (model and x are "-") or of a cell; NAN if it was not dropped, 0 if it
// was not even looked at.
double minutes_of(const struct dropped *d, const char *experiment, const char *model,
                  const char *x);

// Runs the tests that an argument names or, as K/N, the K-th part of them: all without one.
struct CMUnitTest;
int run_made_up_tests(const char *name, struct CMUnitTest *tests, size_t n, int argc, char **argv);
