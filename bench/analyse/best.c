#include "bench/analyse/best.h"

#include "bench/base/memory.h"
#include "bench/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// The cost of each candidate less that of one other, the control, with the margin of its interval.
struct difference {
    double value, margin; // INFINITY: too few blocks in common
};

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

// Student's quantile at the tail of a normal one (Wallace, Annals of Mathematical Statistics 30,
// 1959); from 5 degrees of freedom on within 1 %.
static double student(double normal, size_t n)
{
    double freedom = (double)(n - 1), z = normal * (8 * freedom + 3) / (8 * freedom + 1);
    return sqrt(freedom * expm1(z * z / freedom));
}

// The normal quantile for comparisons that are wrong together in at most 5 %.
static double bonferroni(size_t comparisons)
{
    return normal_quantile(0.025 / (double)comparisons);
}

// ---- from the differences of all pairs to standings ----

// A candidate is ruled out if it is worse than another, itself being the control.
static bool is_ruled_out(const struct difference *to, size_t count, size_t candidate)
{
    for (size_t other = 0; other < count; other++) {
        const struct difference *d = &to[candidate * count + other];
        if (other != candidate && d->value + d->margin < 0)
            return true;
    }
    return false;
}

// The one whose estimates are least above those of the others. Pairs have blocks of their own, so
// that it may be above some.
static size_t leader(const struct difference *to, size_t count)
{
    double least = INFINITY;
    size_t leads = 0;
    for (size_t i = 0; i < count; i++) {
        double worst = -INFINITY;
        for (size_t other = 0; other < count; other++)
            if (other != i && isfinite(to[other * count + i].margin))
                worst = fmax(worst, to[other * count + i].value);
        if (worst < least) {
            least = worst;
            leads = i;
        }
    }
    return leads;
}

static void stand(const struct difference *to, size_t count, size_t candidate, size_t leads,
                  struct standing *standings)
{
    struct standing *s = &standings[candidate];
    s->distance = fmax(0, to[leads * count + candidate].value);
    s->low = s->may_be_best ? 0 : INFINITY;
    s->high = 0;
    for (size_t best = 0; best < count; best++) {
        const struct difference *d = &to[best * count + candidate];
        if (best == candidate || !standings[best].may_be_best)
            continue;
        s->low = fmax(0, fmin(s->low, d->value - d->margin));
        s->high = fmax(s->high, d->value + d->margin);
    }
}

// to[control * count + candidate]
static void find_standings(const struct difference *to, size_t count, struct standing *standings)
{
    size_t leads = leader(to, count);
    for (size_t i = 0; i < count; i++)
        standings[i].may_be_best = i == leads || !is_ruled_out(to, count, i);
    for (size_t i = 0; i < count; i++)
        stand(to, count, i, leads, standings);
}

// ---- values per block ----

// The differences of a pair, sorted, with the block of each.
struct pair {
    double *sorted;
    size_t *blocks, n;
};

static void pair_sort(struct pair *p, const double *of, const double *control, size_t blocks)
{
    p->n = 0;
    for (size_t block = 0; block < blocks; block++) {
        double value = of[block] - control[block];
        size_t at = p->n;
        if (isnan(value))
            continue;
        for (; at > 0 && p->sorted[at - 1] > value; at--) {
            p->sorted[at] = p->sorted[at - 1];
            p->blocks[at] = p->blocks[at - 1];
        }
        p->sorted[at] = value;
        p->blocks[at] = block;
        p->n++;
    }
}

// As the estimator of bootstrap_ratio, of weighted values: a fifth of them, rounded down, is cut at
// either end.
static double trimmed_mean(const struct pair *p, const double *weights)
{
    double all = 0, seen = 0, sum = 0;
    for (size_t i = 0; i < p->n; i++)
        all += weights[p->blocks[i]];
    const double cut = all * (double)(p->n / 5) / (double)p->n, end = all - cut;
    for (size_t i = 0; i < p->n; i++) {
        double from = seen;
        seen += weights[p->blocks[i]];
        sum += fmax(0, fmin(seen, end) - fmax(from, cut)) * p->sorted[i];
    }
    return sum / (end - cut);
}

struct resamples {
    double *weights; // [count][blocks], and a row of ones
    double *replicates, *largest;
    size_t count, blocks;
};

static struct resamples resamples_make(size_t count, size_t blocks, uint64_t seed)
{
    struct resamples r = {memory_for((count + 1) * blocks, sizeof *r.weights),
                          memory_for(count, sizeof *r.replicates),
                          memory_for(count, sizeof *r.largest), count, blocks};
    unsigned short state[3];
    random_state(state, seed, 0);
    for (size_t i = 0; i < count * blocks; i++)
        r.weights[i] = -log1p(-erand48(state));
    for (size_t block = 0; block < blocks; block++)
        r.weights[count * blocks + block] = 1;
    return r;
}

static void resamples_free(struct resamples *r)
{
    free(r->weights);
    free(r->replicates);
    free(r->largest);
}

// The margin becomes the error of the difference. Its resamples, in error units, count for the
// largest ones.
static void resample_pair(struct resamples *r, const struct pair *p, struct difference *d)
{
    double squares = 0;
    d->value = p->n ? trimmed_mean(p, r->weights + r->count * r->blocks) : 0;
    d->margin = INFINITY;
    if (p->n < ESTIMATE_MIN_N)
        return;
    for (size_t i = 0; i < r->count; i++) {
        r->replicates[i] = fabs(trimmed_mean(p, r->weights + i * r->blocks) - d->value);
        squares += r->replicates[i] * r->replicates[i];
    }
    d->margin = sqrt(squares / (double)r->count);
    for (size_t i = 0; d->margin > 0 && i < r->count; i++)
        r->largest[i] = fmax(r->largest[i], r->replicates[i] / d->margin);
}

static void compare_with(const double *costs, size_t count, size_t control, struct resamples *r,
                         struct pair *p, struct difference *to)
{
    size_t *n = memory_for(count, sizeof *n);
    memset(r->largest, 0, r->count * sizeof *r->largest);
    for (size_t i = 0; i < count; i++) {
        if (i == control)
            continue;
        pair_sort(p, costs + i * r->blocks, costs + control * r->blocks, r->blocks);
        n[i] = p->n;
        resample_pair(r, p, &to[i]);
    }
    qsort(r->largest, r->count, sizeof *r->largest, compare);
    // Where most blocks are equal, a few resamples deviate by many of their small errors.
    double critical = fmin(r->largest[r->count * 95 / 100], bonferroni(count - 1));
    for (size_t i = 0; i < count; i++)
        if (i != control && isfinite(to[i].margin))
            to[i].margin *= student(critical, n[i]);
    free(n);
}

void best_of_values(const double *costs, size_t count, size_t blocks, unsigned resamples,
                    uint64_t seed, struct standing *standings)
{
    struct difference *to = memory_for(count * count, sizeof *to);
    struct resamples r = resamples_make(resamples, blocks, seed);
    struct pair p = {memory_for(blocks, sizeof *p.sorted), memory_for(blocks, sizeof *p.blocks), 0};
    for (size_t control = 0; count > 1 && control < count; control++)
        compare_with(costs, count, control, &r, &p, to + control * count);
    find_standings(to, count, standings);
    free(p.sorted);
    free(p.blocks);
    resamples_free(&r);
    free(to);
}

// ---- pairs ----

static struct difference difference_of(const struct estimate *e, double critical)
{
    double margin = (e->high - e->low) / 2;
    if (!isfinite(margin))
        return (struct difference){0, INFINITY};
    return (struct difference){e->value,
                               margin * student(critical, e->n) / student(bonferroni(1), e->n)};
}

void best_of_pairs(const struct estimate *pairs, size_t count, struct standing *standings)
{
    struct difference *to = memory_for(count * count, sizeof *to);
    for (size_t control = 0; control < count; control++)
        for (size_t i = 0; i < count; i++)
            if (i != control)
                to[control * count + i] =
                    difference_of(&pairs[i * count + control], bonferroni(count - 1));
    find_standings(to, count, standings);
    free(to);
}
