#include "bench/analyse/latencies.h"

#include "bench/base/memory.h"
#include "bench/base/table.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

static void sparse_free(struct sparse *s)
{
    free(s->slot);
    free(s->count);
}

static struct sparse sparse_of(const struct histogram *h)
{
    struct sparse s = {.max_ns = histogram_max(h)};
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        s.slots += h->counts[slot] > 0;
    s.slot = memory_for(s.slots, sizeof *s.slot);
    s.count = memory_for(s.slots, sizeof *s.count);
    for (size_t slot = 0, i = 0; slot < HISTOGRAM_SLOTS; slot++)
        if (h->counts[slot] > 0) {
            s.slot[i] = (uint32_t)slot;
            s.count[i++] = h->counts[slot];
        }
    return s;
}

void latencies_read(struct latencies *l, const char *folder, size_t trials)
{
    static char path[4096];
    static struct histogram h;
    struct table t;
    *l = (struct latencies){trials, memory_for(trials, sizeof *l->of)};
    snprintf(path, sizeof path, "%s/latency.tsv", folder);
    if (!table_exists(path))
        return;
    table_read(&t, path);
    size_t trial_column = table_column(&t, "trial"), histogram = table_column(&t, "histogram");
    for (size_t row = 0; row < t.rows; row++) {
        double trial = table_number(&t, row, trial_column);
        if (!(trial >= 1 && trial <= (double)trials) ||
            histogram_read_raw(&h, table_text(&t, row, histogram)) < 0)
            errx(1, "%s:%zu: not the latencies of a trial of this run", path, row + 2);
        struct sparse *of = &l->of[(size_t)trial - 1];
        sparse_free(of);
        *of = sparse_of(&h);
    }
    table_free(&t);
}

void latencies_free(struct latencies *l)
{
    for (size_t i = 0; i < l->trials; i++)
        sparse_free(&l->of[i]);
    free(l->of);
}
