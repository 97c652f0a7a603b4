// What a report is made from: the run's tables, its questions, and their words, read once.
#pragma once

#include "bench/analyse/later.h"
#include "bench/analyse/run.h"
#include "bench/base/experiment.h"
#include "bench/base/table.h"

#include <jansson.h>
#include <stdbool.h>

// A row of summary.tsv. Values are NAN if there is none, and INFINITY if the event never came.
struct number {
    const char *experiment, *metric, *model, *family, *x; // metric is "derived": model is its name
    double value, low, high, ratio, ratio_low, ratio_high, p_holm, low_90, high_90;
    double blocks_needed, minutes;          // NAN: not known, or nothing is undecided
    size_t blocks;                          // usable values
    const char *baseline, *note, *validity; // note: codes separated by ';', "skipped: ...", or "-"
    const char *verdict;                    // different, same, undecided, or "-"
};

struct facts {
    const char *folder, *name; // of the run
    const char *questions;     // the folder of the project's
    struct run run;
    struct experiment *experiments; // of the run, in the order of the page
    size_t count;
    struct confs claims, situations;
    char **xs;              // of each of experiments: the values of what varies (facts_xs)
    struct number *numbers; // all rows of summary.tsv, sorted by experiment, metric, model; the
    size_t numbers_count;   // order of the file within these
    // Those that a run may lack have no rows then.
    struct table summary, verdicts, chooser, models, left_out, not_measured, dropped, metrics,
        validity, selftests, settings;
    struct table machines; // the costs on machines known (bench/doctor/machines.tsv)
    struct table known;    // the headline ratios on machines known (known.h)
    json_t *environment;
};

// Exits with status 1 and one line that says what is missing, if the folder is not a concluded run.
void facts_read(struct facts *f, const char *questions, const char *folder);

void facts_free(struct facts *f);

// The row of a cell and a metric ("derived": model is the quantity's name), or NULL. x may be "-".
const struct number *facts_number(const struct facts *f, const char *experiment, const char *metric,
                                  const char *model, const char *x);

// Whether a number can carry a conclusion: valid, with an interval.
bool number_is_sound(const struct number *n);

// The value of the how-manieth line with a key, or NULL.
const char *facts_nth(const struct experiment *e, const char *key, size_t n);

// A string of environment.json, or NULL.
const char *facts_environment(const struct facts *f, const char *name);

// Whether the large tables are compressed (bench/report/pack.sh).
bool facts_are_packed(const struct facts *f);

// Whether the scheduler dropped the whole question for lack of time.
bool facts_dropped(const struct facts *f, const char *stem);

// The values of x of a question, in the order of its `vary` line; "-" alone if nothing varies.
// Returns how many. The caller frees the list and facts keeps the strings.
size_t facts_xs(const struct facts *f, const struct experiment *e, const char ***xs);
