#include "bench/analyse/estimates.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double latency_percent(const char *metric)
{
    double percent;
    char digits[16], *underscore;
    int end = 0;
    if (sscanf(metric, "latency_p%15[0-9_]us%n", digits, &end) != 1 || !end || metric[end])
        return NAN;
    digits[strlen(digits) - 1] = '\0'; // the underscore before the unit
    if ((underscore = strchr(digits, '_')))
        *underscore = '.';
    return sscanf(digits, "%lf", &percent) == 1 ? percent : NAN;
}

bool is_open_loop(const struct run *run, const struct cell *c)
{
    bool found = false;
    if (!table_has(&run->trials, "offered_per_s")) // a run from before there were any
        return false;
    double *offered = values_of(run, c, "offered_per_s", NULL);
    for (size_t block = 0; block < run->blocks; block++)
        found = found || isfinite(offered[block]);
    free(offered);
    return found;
}

bool is_merged(const struct run *run, const struct cell *c, const char *metric)
{
    return !isnan(latency_percent(metric)) && is_open_loop(run, c);
}

struct pool pool_of(const struct run *run, const struct cell *c)
{
    struct pool pool;
    double *trials = values_for(run, c, "trial", LATENCIES, NULL);
    const struct sparse **of = calloc(run->blocks, sizeof *of);
    if (!of)
        err(1, "latencies");
    for (size_t block = 0; block < run->blocks; block++)
        if (isfinite(trials[block]))
            of[block] = &run->latencies.of[(size_t)trials[block] - 1];
    pool_make(&pool, of, run->blocks);
    free(of);
    free(trials);
    return pool;
}

struct estimate value_of(const struct run *run, const struct cell *c, const char *metric,
                         char fault[FAULT_BYTES])
{
    double *values = values_of(run, c, metric, fault);
    struct estimate e;
    if (!is_merged(run, c, metric)) {
        e = bootstrap_median(values, run->blocks, RESAMPLES, SEED);
    } else {
        struct pool pool = pool_of(run, c);
        e = pool_percentile(&pool, latency_percent(metric), POOL_RESAMPLES, SEED);
        pool_free(&pool);
    }
    free(values);
    return e;
}

static struct estimate ratio_of_pools(const struct run *run, const struct cell *c,
                                      const struct cell *base, double percent, unsigned resamples)
{
    struct pool pool = pool_of(run, c), base_pool = pool_of(run, base);
    struct estimate e = pool_ratio(&pool, &base_pool, percent,
                                   resamples < POOL_RESAMPLES ? resamples : POOL_RESAMPLES, SEED);
    pool_free(&pool);
    pool_free(&base_pool);
    return e;
}

struct estimate ratio_of(const struct run *run, const struct cell *c, const struct cell *base,
                         const char *metric, unsigned resamples)
{
    if (is_merged(run, c, metric))
        return ratio_of_pools(run, c, base, latency_percent(metric), resamples);
    double *values = values_of(run, c, metric, NULL),
           *base_values = values_of(run, base, metric, NULL);
    struct estimate e = bootstrap_ratio(values, base_values, run->blocks, resamples, SEED);
    free(values);
    free(base_values);
    return e;
}
