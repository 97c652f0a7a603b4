// How a model is shown: its group on the page, its hue (who serves) and its form (a pool or not).
#pragma once

#include "bench/report/model/facts.h"

#include <jansson.h>

struct shape {
    const char *group; // per_process, per_thread, pool_processes, pool_threads, loop, library, one,
                       // foreign
    const char *title; // "Process per connection", "Pool of processes" ...
    const char *hue;   // p, t, m, l, o: process, thread, loop, library, one at a time
    bool is_pool;
    int place; // order of the groups
};

// Of a contender of a question, by its row in models.tsv (family, workers). Programs that are no
// servers (spawn, ipc) have their family as group and its hue.
struct shape shape_of(const struct facts *f, const char *experiment, const char *model);

// Marks an object as not of this suite, if it is: "foreign": true. It is drawn as a triangle.
void shape_mark_foreign(const struct shape *shape, json_t *object);
