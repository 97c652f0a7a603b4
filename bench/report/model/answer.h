// Sentences with numbers in them: `say` lines of confs, whose slots are filled from the run.
//
//     {fork@512}         the headline metric's ratio to the baseline, with its interval
//     {=fork@512}        the value with its unit; {=fork@512:METRIC} of another metric
//     {d:NAME} {d:NAME@X}  a derived quantity
//     {#fork@512:METRIC} the value without its interval
//
// A slot may begin with EXPERIMENT. (churn.fork). A `say` line is used if the `say_if` lines
// directly before it hold (conditions of claims, bench/analyse/claim.h: the whole interval) and all
// its slots have sound numbers; the first such line is the answer. Without one, the answer is the
// sentence for the state (words.h).
#pragma once

#include "bench/report/model/facts.h"

#include <jansson.h>

enum state {
    DECIDED,
    ALIKE,
    OPEN,
    DOUBTED,
    FEW,
    MISSING
}; // "decided", "same", "undecided",
   // "suspect", "few", "not_measured"
extern const char *const state_names[];

// The answer to a question as rich text: a list of strings and measured objects (format.h). Sets
// the state. The caller owns the list.
json_t *answer(const struct facts *f, const struct experiment *e, enum state *state);

// Fills the slots of a text; NULL if one has no sound number. `e`: the question of slots that name
// none; may be NULL.
json_t *answer_fill(const struct facts *f, const struct experiment *e, const char *text);

// Rich text without its structure: "costs 6.6× (6.3–6.9) the CPU". The caller frees it.
char *rich_plain(const json_t *rich);
