#pragma once

// What the parts of the scheduler share: the cells, the comparisons of cells with their targets,
// and the questions.

#include "bench/analyse/claim.h"
#include "bench/analyse/run.h"
#include "bench/analyse/statistics.h"
#include "bench/base/experiment.h"
#include "bench/base/metric.h"
#include "bench/base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_CELL SIZE_MAX

struct cell_state {
    struct cell cell;
    const struct experiment *experiment;
    bool is_headline, is_dropped;
    bool is_hopeless; // all of its trials failed, and more would, too
    size_t trials;
    double first_s; // what its first trial took
    double next_s;  // what the others are to take, as is known from the first
    double mean_s;  // what all but the first took on average; next_s as long as there are none
};

// Cells that are measured in the same block whenever one of them is.
struct bundle {
    size_t *cells, count;
};

struct comparison {
    size_t of, to; // cells; to is NO_CELL: the value itself
    const struct metric *of_metric, *to_metric;
    bool is_headline;
    double target; // of the reach of its interval to either side, as a part of the value
    double bound;  // of a claim, or 1 in a situation: what is to be decided; NAN: nothing
    size_t bundle;
    size_t seen; // trials of both cells, and disproved ones, when this was computed:
    struct estimate estimate;
    double reach; // to the farther end, as a part of the value; 0: nothing to wait for
    // More values needed until its interval is narrow enough, until it is at most twice as wide as
    // that, and until it is decided; 0: none.
    double more_to_width, more_to_twice, more_to_decide;
};

// The cells of a situation, each compared with the best of them so far. Of those comparisons
// `first` is the first; there are as many as cells, the best one's with itself being idle.
struct situation {
    const struct metric *metric;
    size_t *cells, count, first;
};

// A claim whose cells are all in this run.
struct claim_state {
    struct condition *conditions;
    size_t *comparisons; // of each
    size_t count;
};

struct question_state {
    const struct experiment *experiment;
    long priority;
    bool is_dropped;
    bool is_seen;  // each of its cells has a trial
    bool is_begun; // has more than the first look: it is not dropped any more
    double first_pass_s;
    double more_s; // the same without the first look
};

struct scheduler {
    struct table table;
    struct experiment *experiments;
    size_t experiment_count;
    struct cell_state *cells;
    size_t cell_count;
    char **loads; // [cell_count]
    struct bundle *bundles;
    size_t bundle_count;
    struct comparison *comparisons;
    size_t comparison_count;
    struct situation *situations;
    size_t situation_count;
    struct claim_state *claims;
    size_t claim_count;
    struct question_state *questions;
    size_t first_values; // of each cell: FIRST_VALUES, or what an interval needs if time is short
    unsigned resamples;  // of each comparison
    double spent_s;
    size_t disproved; // trials
};

// compare.c: adds what is to be compared: the headline ratios of each experiment, the conditions of
// the claims in this folder, and the cells of its situations. A folder that does not exist has
// none.
void add_headlines(struct scheduler *s, const struct experiment *e);
void add_claims(struct scheduler *s, const char *folder);
void add_situations(struct scheduler *s, const char *folder);

// Frees all of that.
void comparisons_free(struct scheduler *s);

// Adds a cell to a bundle, once.
void bundle_add(struct bundle *b, size_t cell);

// known.c: takes in the trials so far: what each cell costs, and how far each comparison is from
// its target.
void count_trials(struct scheduler *s, const struct run *run);
void look(struct scheduler *s, const struct run *run);

// needed.c: how many more values a comparison needs, from its estimate and the trials of its first
// cell; none if more would be pointless.
void look_for_needs(struct comparison *c, size_t tried, bool is_pointless);

// Whether its target is reached: narrow enough or, if it is no headline ratio, decided.
bool is_met(const struct comparison *c);

// How many times farther than a 95 % interval from n values a confidence sequence at level alpha
// reaches.
double sequence_times(size_t n, double alpha);

// dropped.c: decides what does not fit into the budget (0: everything fits).
void drop(struct scheduler *s, double budget_s);

// The next question, in order of importance, that has not been looked at and may fit; NULL if there
// is none.
struct question_state *next_to_look_at(struct scheduler *s);

// Takes up the most important of the dropped questions that fits into the rest of the time. False
// if there is none.
bool take_up(struct scheduler *s, double left_s);

// Whether the cell gets more trials: neither it nor its question is dropped, and some succeed.
bool is_kept(struct scheduler *s, const struct cell_state *c);
