// The runs that are pooled, and the machines that they were made on (model/known.h says when two
// runs are of one machine).
#pragma once

#include "bench/report/compare/pair.h"
#include "bench/report/compare/side.h"

#include <stdbool.h>

struct pool {
    struct side *sides;    // the runs
    json_t **reports;      // report.json of each
    size_t *machine;       // of each, from 0
    size_t runs, machines; // machines are in the order of the first headline ratio, lowest first
    struct pair *pairs;    // all ratios, in each run; without questions that are left out
    size_t pairs_count;
    json_t *order;     // the questions of all runs, in the order of the page
    json_t *left_out;  // [{run, reason}]
    json_t *questions; // that are left out: [{id, text}]
};

// Reads the runs. Those that are of another edition or dirty, or whose self-tests did not all pass,
// are left out: unless all are accepted, the last two, too. A question that is not the same in all
// runs is left out, in all of them. Exits with status 1 and one line if a run is damaged, or none
// is left.
void pool_read(struct pool *p, char **folders, size_t count, bool accepts_all);

// A letter for each machine: "A". With more than 26, "27".
const char *machine_letter(size_t machine);

// The first run of a machine.
size_t first_run_of(const struct pool *p, size_t machine);

// The first headline ratio of the page; NULL: no run has one.
const struct pair *first_headline(const struct pool *p);

// A member of an object that is a text; "not known" if there is none.
const char *known_text(const json_t *object, const char *name);
