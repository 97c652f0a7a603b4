#include "bench/analyse/merged_latencies.h"

#include "bench/base/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { LEAST_BEYOND = 10 };

// The values of all blocks together.
static struct histogram *merged(const struct sparse *const *of, size_t blocks)
{
    struct histogram *all = memory_for(1, sizeof *all);
    histogram_reset(all);
    for (size_t block = 0; block < blocks; block++)
        for (size_t i = 0; of[block] && i < of[block]->slots; i++) {
            all->counts[of[block]->slot[i]] += of[block]->count[i];
            all->max_ns = all->max_ns > of[block]->max_ns ? all->max_ns : of[block]->max_ns;
        }
    return all;
}

void pool_make(struct pool *p, const struct sparse *const *of, size_t blocks)
{
    struct histogram *all = merged(of, blocks);
    size_t *place = memory_for(HISTOGRAM_SLOTS, sizeof *place);
    *p = (struct pool){.blocks = blocks,
                       .value_us = memory_for(HISTOGRAM_SLOTS, sizeof *p->value_us)};
    for (size_t slot = 0; slot < HISTOGRAM_SLOTS; slot++)
        if (all->counts[slot] > 0) {
            place[slot] = p->slots;
            p->value_us[p->slots++] = (double)histogram_slot_highest(all, slot) / 1e3;
        }
    p->up_to = memory_for(p->slots * blocks, sizeof *p->up_to);
    for (size_t block = 0; block < blocks; block++)
        for (size_t i = 0; of[block] && i < of[block]->slots; i++)
            p->up_to[place[of[block]->slot[i]] * blocks + block] = (uint32_t)of[block]->count[i];
    for (size_t i = blocks; i < p->slots * blocks; i++)
        p->up_to[i] += p->up_to[i - blocks];
    free(place);
    free(all);
}

void pool_free(struct pool *p)
{
    free(p->value_us);
    free(p->up_to);
}

static bool has_values(const struct pool *p, size_t block)
{
    return p->slots > 0 && p->up_to[(p->slots - 1) * p->blocks + block] > 0;
}

// The population of a resample: some blocks, of one cell or of two.
struct source {
    const struct pool *numerator, *denominator; // NULL: a single cell
    double percent;
    size_t *block;
    size_t n;
};

static double values_up_to(const struct pool *p, size_t slot, const struct source *s,
                           const uint16_t *times)
{
    const uint32_t *row = p->up_to + slot * p->blocks;
    uint64_t sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += (uint64_t)times[i] * row[s->block[i]];
    return (double)sum;
}

// As histogram_percentile of the merged histogram.
static double percentile(const struct pool *p, const struct source *s, const uint16_t *times)
{
    double all = values_up_to(p, p->slots - 1, s, times);
    double rank = fmax(1, ceil(s->percent / 100 * all * (1 - 4 * DBL_EPSILON)));
    size_t low = 0, high = p->slots - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (values_up_to(p, middle, s, times) >= rank)
            high = middle;
        else
            low = middle + 1;
    }
    return p->value_us[low];
}

static double of_draw(const uint16_t *times, const void *from)
{
    const struct source *s = from;
    double value = percentile(s->numerator, s, times);
    return s->denominator ? value / percentile(s->denominator, s, times) : value;
}

static bool is_defined(const struct pool *p, const struct source *s)
{
    double all = 0;
    for (size_t i = 0; i < s->n; i++)
        all += p->up_to[(p->slots - 1) * p->blocks + s->block[i]];
    return all * (100 - s->percent) / 100 + 1e-6 >= LEAST_BEYOND; // 99.9 is not exact
}

static struct estimate estimate(const struct pool *numerator, const struct pool *denominator,
                                double percent, unsigned resamples, uint64_t seed)
{
    struct estimate e = no_estimate;
    struct source s = {numerator, denominator, percent,
                       memory_for(numerator->blocks, sizeof *s.block), 0};
    for (size_t block = 0; block < numerator->blocks; block++)
        if (has_values(numerator, block) && (!denominator || has_values(denominator, block)))
            s.block[s.n++] = block;
    if (s.n > 0 && is_defined(numerator, &s) && (!denominator || is_defined(denominator, &s)))
        e = bootstrap_blocks(of_draw, &s, s.n, resamples, seed);
    free(s.block);
    return e;
}

struct estimate pool_percentile(const struct pool *p, double percent, unsigned resamples,
                                uint64_t seed)
{
    return estimate(p, NULL, percent, resamples, seed);
}

struct estimate pool_ratio(const struct pool *numerator, const struct pool *denominator,
                           double percent, unsigned resamples, uint64_t seed)
{
    return estimate(numerator, denominator, percent, resamples, seed);
}
