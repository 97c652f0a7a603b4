#include "bench/analyse/summary.h"

#include <stdio.h>
#include <string.h>

void summary_read(struct table *summary, const char *folder)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/summary.tsv", folder);
    table_read(summary, path);
}

long summary_row(const struct table *summary, const struct cell *c, const char *metric)
{
    const char *const names[] = {"experiment", "metric", "model", "x"};
    const char *const wanted[] = {c->experiment, metric, c->model, c->x};
    size_t columns[4];
    for (size_t i = 0; i < 4; i++)
        columns[i] = table_column(summary, names[i]);
    for (size_t row = 0; row < summary->rows; row++) {
        size_t same = 0;
        while (same < 4 && strcmp(table_text(summary, row, columns[same]), wanted[same]) == 0)
            same++;
        if (same == 4)
            return (long)row;
    }
    return -1;
}
