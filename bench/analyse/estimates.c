#include "bench/analyse/estimates.h"
#include "bench/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_open_loop(const struct run *run, const struct cell *c)
{
    bool found = false;
    double *offered = values_of(run, c, &metrics[METRIC_offered_per_s], NULL);
    for (size_t block = 0; block < run->blocks; block++)
        found = found || isfinite(offered[block]);
    free(offered);
    return found;
}

bool is_merged(const struct run *run, const struct cell *c, const struct metric *metric)
{
    return metric->is_merged && is_open_loop(run, c);
}

struct pool pool_of(const struct run *run, const struct cell *c)
{
    struct pool pool;
    long *rows = usable_rows(run, c, LATENCIES, NULL);
    const struct sparse **of = memory_for(run->blocks, sizeof *of);
    for (size_t block = 0; block < run->blocks; block++)
        if (rows[block] != NO_ROW)
            of[block] = &run->latencies.of[run_trial_number(run, (size_t)rows[block]) - 1];
    pool_make(&pool, of, run->blocks);
    free(of);
    free(rows);
    return pool;
}

struct estimate value_of(const struct run *run, const struct cell *c, const struct metric *metric,
                         char fault[FAULT_BYTES])
{
    double *values = values_of(run, c, metric, fault);
    struct estimate e;
    if (!is_merged(run, c, metric)) {
        e = bootstrap_median(values, run->blocks, RESAMPLES, SEED);
    } else {
        struct pool pool = pool_of(run, c);
        e = pool_percentile(&pool, metric->percent, POOL_RESAMPLES, SEED);
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
                         const struct metric *metric, unsigned resamples)
{
    if (is_merged(run, c, metric))
        return ratio_of_pools(run, c, base, metric->percent, resamples);
    double *values = values_of(run, c, metric, NULL),
           *base_values = values_of(run, base, metric, NULL);
    struct estimate e = bootstrap_ratio(values, base_values, run->blocks, resamples, SEED);
    free(values);
    free(base_values);
    return e;
}
