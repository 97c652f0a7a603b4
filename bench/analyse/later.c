#include "bench/analyse/later.h"

#include "bench/base/memory.h"
#include "bench/base/names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void confs_of_run(struct confs *c, enum conf_kind kind, const char *name, const char *run,
                  const char *project)
{
    char path[4096];
    *c = (struct confs){0};
    snprintf(path, sizeof path, "%s/%s", run, name);
    if (access(path, F_OK) < 0)
        snprintf(path, sizeof path, "%s/%s", project, name);
    c->frozen_count = confs_read(kind, path, &c->frozen);
    snprintf(path, sizeof path, "%s/later/%s", run, name);
    if (access(path, F_OK) == 0)
        c->later_count = confs_read(kind, path, &c->later);
    c->all = memory_for(c->frozen_count + c->later_count, sizeof *c->all);
    for (size_t i = 0; i < c->frozen_count; i++)
        c->all[c->count++] = &c->frozen[i];
    for (size_t i = 0; i < c->later_count; i++)
        if (!experiment_find(c->frozen, c->frozen_count, c->later[i].stem))
            c->all[c->count++] = &c->later[i];
}

// The next line from this one on that decides what is judged: the others are words. e->lines if
// there is none.
static size_t next_deciding(const struct experiment *e, size_t line)
{
    while (line < e->lines && !is_listed(e->keys[line], "holds_if experiment x"))
        line++;
    return line;
}

static bool asks_the_same(const struct experiment *a, const struct experiment *b)
{
    size_t i = next_deciding(a, 0), k = next_deciding(b, 0);
    while (i < a->lines && k < b->lines && strcmp(a->keys[i], b->keys[k]) == 0 &&
           strcmp(a->values[i], b->values[k]) == 0) {
        i = next_deciding(a, i + 1);
        k = next_deciding(b, k + 1);
    }
    return i == a->lines && k == b->lines;
}

const char *after_run(const struct confs *c, size_t i)
{
    if (i >= c->frozen_count)
        return "added";
    const struct experiment *later = experiment_find(c->later, c->later_count, c->all[i]->stem);
    return later && !asks_the_same(later, c->all[i]) ? "changed" : "-";
}

void confs_free(struct confs *c)
{
    experiments_free(c->frozen, c->frozen_count);
    experiments_free(c->later, c->later_count);
    free(c->all);
}
