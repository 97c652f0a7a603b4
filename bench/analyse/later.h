// The claims, or the situations, that a run is judged by: those that were frozen in it when it was
// planned, and those that the project has got since (RUN/later/, written by bench/report/later.sh).
//
// What both have is judged as it was frozen. A run that has frozen none, as those of the first
// edition, is judged by the project's.
#pragma once

#include "bench/base/experiment.h"

struct confs {
    struct experiment *frozen, *later;
    size_t frozen_count, later_count;
    const struct experiment **all; // [count]: the frozen ones, then those that were added
    size_t count;
};

// Reads those of a kind from these two folders; `name` is that of the kind's folder. Exits with
// status 1 and one line if one of them is malformed, or there are none.
void confs_of_run(struct confs *c, enum conf_kind kind, const char *name, const char *run,
                  const char *project);

// "added" to the project after the run was planned; "changed": what it asks was, and it is judged
// as it was frozen; else "-".
const char *after_run(const struct confs *c, size_t i);

void confs_free(struct confs *c);
