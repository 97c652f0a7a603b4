#include "bench/analyse/convergence.h"
#include "bench/analyse/estimates.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Of one ratio; NAN if there is none. This is computed before each block, so no unneeded resamples
// are drawn.
static double reach(const struct run *run, const struct cell *c, const struct metric *metric,
                    const char *baseline)
{
    struct cell base = {c->experiment, baseline, c->x};
    struct estimate ratio = ratio_of(run, c, &base, metric, 0);
    if (ratio.n >= LEAST_CONVERGED_BLOCKS)
        ratio = ratio_of(run, c, &base, metric, RESAMPLES);
    if (!ratio.n)
        return NAN;
    if (ratio.n < LEAST_CONVERGED_BLOCKS)
        return INFINITY;
    return fmax(ratio.high / ratio.value - 1, 1 - ratio.low / ratio.value);
}

double headline_reach(const struct run *run, const struct experiment *e)
{
    char models[1024], *rest = models, *model, own[64];
    const struct metric *metric = experiment_headline_metric(e);
    const char *vary = experiment_get(e, "vary");
    double widest = NAN;
    snprintf(models, sizeof models, "%s", experiment_need(e, "headline"));
    while ((model = strsep(&rest, " "))) {
        char values[1024] = "-", *left = values, *x;
        const char *baseline = baseline_of(e, model, own), *at = experiment_get(e, "headline_at");
        if (vary)
            snprintf(values, sizeof values, "%s", at ? at : strchr(vary, ' ') + 1);
        while (strcmp(model, baseline) != 0 && (x = strsep(&left, " "))) {
            struct cell cell = {e->stem, model, x};
            widest = fmax(widest, reach(run, &cell, metric, baseline)); // fmax ignores NAN
        }
    }
    return widest;
}

size_t least_trials(const struct run *run, const struct experiment *e)
{
    const struct index *planned = &run->first_block;
    size_t least = SIZE_MAX;
    for (size_t row = 0; row < planned->count; row++) {
        struct cell c = {table_text(planned->table, row, planned->experiment),
                         table_text(planned->table, row, planned->model),
                         table_text(planned->table, row, planned->x)};
        if (strcmp(c.experiment, e->stem) != 0)
            continue;
        size_t trials;
        run_trials(run, &c, &trials);
        if (trials < least)
            least = trials;
    }
    return least;
}
