// The scheduler: which cells take part in the next block. It is a pure function of the cells, of
// the trials so far, and of the budget: an interrupted run continues with the block that it would
// have had, and a run can be replayed.
//
// 1. A first look at each question, in the order of their importance (`priority`): a block with all
//    of its cells shows what each costs.
// 2. What cannot get FIRST_VALUES values within the budget is dropped: single cells outside the
//    headline that would take a tenth of it, then whole questions: the most important are kept, as
//    many as fit. When those that were looked at fill the time, the others are not looked at.
// 3. The first pass: blocks with all remaining cells, until each has FIRST_VALUES values. A narrow
//    cell needs fewer; one whose first two trials fail gets no more.
// 4. Targets: headline ratios within 5 % to either side; the conditions of claims, and the models
//    of a situation against the best one, decided or within 10 %. Each block goes to the
//    comparisons that reach theirs with the least time, important questions first. How many values
//    one needs is the square of its spread over its distance (Neyman 1934; optimal computing
//    budget allocation, Chen and Lee 2010).
// 5. If time is left, the most important of the dropped questions that fits is taken up.
// 6. If time is left, what is within 10 % and undecided is measured until it is decided, if it can
//    be in that time. The rest makes everything narrower, what is farthest from its target first,
//    so that the values of a comparison come from the whole length of the run: a machine changes
//    within minutes.
//
// It stops on the width of an interval, or when a confidence sequence has decided, which holds
// however often one looks (needed.c); never because an interval happens to exclude a value.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { LEAST_BLOCKS = 3, FIRST_VALUES = 8 };

// A headline ratio is narrow enough within this fraction of it to either side, from
// LEAST_CONVERGED_BLOCKS on: the width of an interval from few values is itself random.
#define CONVERGED_WITHIN 0.05
enum { LEAST_CONVERGED_BLOCKS = 12 };

struct scheduler;

// Reads a run's cells, experiments, claims and situations. Exits with status 1 and one line if one
// of them cannot be read.
struct scheduler *scheduler_read(const char *run_folder);

void scheduler_free(struct scheduler *s);

// Fewer resamples of each comparison than RESAMPLES: for tests that simulate many runs.
void scheduler_resample(struct scheduler *s, unsigned resamples);

size_t scheduler_cells(const struct scheduler *s);

// Chooses the cells of the first block, which is the first look at the most important question.
// Returns how many.
size_t scheduler_choose_first(struct scheduler *s, bool *chosen);

// Chooses the cells of the next block, by their rows in cells.tsv, from the trials so far. The
// first block must be complete. Returns how many; 0: the run is complete.
size_t scheduler_choose(struct scheduler *s, const char *run_folder, double budget_s, bool *chosen);

// The same from a run that was read, or from its first blocks only (run_cut).
struct run;
size_t scheduler_choose_from(struct scheduler *s, const struct run *run, double budget_s,
                             bool *chosen);

// The load of each cell of the next block, where it is not that of cells.tsv (else NULL): the
// counts of a timed program are smaller where its first trial took long, so that a trial takes
// about as long on every machine.
char *const *scheduler_loads(const struct scheduler *s);

// Writes what was dropped for this budget, and the minutes that it needs (dropped.tsv). "-" stands
// for all models and all x; as minutes, for a question that was not looked at.
#define DROPPED_COLUMNS "experiment\tmodel\tx\tminutes"
void scheduler_write_dropped(const struct scheduler *s, const char *run_folder);

// One line on what is known so far, for people: the headline ratios, how many claims are decided
// (without correction for their number), how many comparisons have reached their targets.
void scheduler_describe(const struct scheduler *s, char *text, size_t bytes);
