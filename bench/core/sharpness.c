#include "bench/core/sharpness.h"
#include "bench/core/estimates.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Of one ratio; NAN if there is none.
static double reach(const struct run *run, const struct cell *c, const char *metric,
                    const char *baseline)
{
    struct cell base = {c->experiment, baseline, c->x};
    struct estimate ratio = ratio_of(run, c, &base, metric);
    if (!ratio.n)
        return NAN;
    if (ratio.n < LEAST_SHARP_BLOCKS)
        return INFINITY;
    return fmax(ratio.high / ratio.value - 1, 1 - ratio.low / ratio.value);
}

double headline_reach(const struct run *run, const struct experiment *e)
{
    char models[1024], *rest = models, *model, own[64];
    const char *metric = experiment_need(e, "metric"), *vary = experiment_get(e, "vary");
    double widest = NAN;
    snprintf(models, sizeof models, "%s", experiment_need(e, "headline"));
    while ((model = strsep(&rest, " "))) {
        char values[1024] = "-", *left = values, *x;
        const char *baseline = baseline_of(e, model, own), *at = experiment_get(e, "headline_at");
        if (vary)
            snprintf(values, sizeof values, "%s", at ? at : strchr(vary, ' ') + 1);
        while (strcmp(model, baseline) != 0 && (x = strsep(&left, " "))) {
            struct cell cell = {e->stem, model, x};
            widest = fmax(widest, reach(run, &cell, metric, baseline)); // a NAN counts for nothing
        }
    }
    return widest;
}
