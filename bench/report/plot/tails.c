#include "bench/report/plot/tails.h"

#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/report/model/format.h"
#include "bench/report/plot/gnuplot.h"
#include "bench/report/plot/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tails_print(const struct picture *p, const struct table *t, const char *at)
{
    size_t model = table_column(t, "model"), x = table_column(t, "x"),
           percentile = table_column(t, "percentile"), latency = table_column(t, "latency_us"),
           experiment = table_column(t, "experiment"), count = 0;
    double least = INFINITY, most = -INFINITY, rarest = 0;
    struct name *names = memory_for(t->rows, sizeof *names);
    for (size_t i = 0; i < t->rows; i++) {
        const struct row *row = row_of_model(p, table_text(t, i, model));
        if (!row || strcmp(table_text(t, i, experiment), p->stem) != 0 ||
            strcmp(table_text(t, i, x), at) != 0)
            continue;
        struct name n = {row, .x = table_number(t, i, percentile),
                         .y = table_number(t, i, latency)};
        least = fmin(least, n.y);
        most = fmax(most, n.y);
        rarest = fmax(rarest, n.x);
        count += count == 0 || names[count - 1].row != row;
        names[count - 1] = n;
    }
    const struct curves c = {.bottom = least / 1.12, .top = most * 1.12, .is_log = true};
    print_number(p->words, "tails_bottom", c.bottom);
    print_number(p->words, "tails_top", c.top);
    print_number(p->words, "tails_rarest", rarest);
    for (struct name *n = names; n < names + count; n++) {
        char value[FORMAT_BYTES];
        format_value(n->y, "µs", value);
        snprintf(n->text, sizeof n->text, "%s  %s", n->row->model, value);
        n->at = height_of(p, n->y, &c);
    }
    names_spread(p, names, count);
    print_text(p->words, "tails_at", at);
    names_print(p, "tail_ends", names, count);
    free(names);
}

void tails_write(const struct picture *p, const struct table *t, const char *folder)
{
    size_t experiment = table_column(t, "experiment"), rows = 0;
    for (size_t i = 0; i < t->rows; i++)
        rows += strcmp(table_text(t, i, experiment), p->stem) == 0;
    if (rows == 0)
        return;
    char name[128];
    snprintf(name, sizeof name, "%s.distribution.tsv", p->stem);
    struct output o = output_begin(folder, name);
    for (size_t k = 0; k < t->columns; k++)
        fprintf(o.file, k > 0 ? "\t%s" : "%s", t->cells[k]);
    fputc('\n', o.file);
    for (size_t i = 0; i < t->rows; i++) {
        if (strcmp(table_text(t, i, experiment), p->stem) != 0)
            continue;
        for (size_t k = 0; k < t->columns; k++)
            fprintf(o.file, k > 0 ? "\t%s" : "%s", table_text(t, i, k));
        fputc('\n', o.file);
    }
    output_complete(&o);
}
