#include "bench/analyse/verdict.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <math.h>

// The number of blocks at which a confidence sequence is narrowest for its level.
#define NARROWEST_AT 24

// How many times farther than a 95 % interval from n values a confidence sequence reaches, which
// holds at every look at once: the normal mixture of Robbins (1970), in the form of Waudby-Smith,
// Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit theory and asymptotic confidence
// sequences", Annals of Statistics 2024). alpha is the chance that it ever misses.
double sequence_times(size_t n, double alpha)
{
    const double normal_95 = 1.959964, log_alpha = -2 * log(alpha),
                 rho = (log_alpha + log(log_alpha + 1)) / NARROWEST_AT, mixed = (double)n * rho + 1;
    return sqrt(2 * mixed / (mixed - 1) * log(sqrt(mixed) / alpha)) / normal_95;
}

// How many more values bring an interval to this reach, if it shrinks with the root of their
// number. Allocating by the square of spread over distance is Neyman's allocation (1934) for a
// width, and the rule of optimal computing budget allocation (Chen and Lee 2010) for
// a decision.
static double more_for(size_t n, double reach, double wanted)
{
    if (!(wanted > 0))
        return INFINITY;
    return reach <= wanted
               ? 0
               : fmax(1, ceil((double)n * (reach / wanted) * (reach / wanted)) - (double)n);
}

// In logs, to the farther end.
static double reach_of(const struct estimate *e)
{
    return fmax(log(e->high / e->value), log(e->value / e->low));
}

// Until a confidence sequence excludes the bound or, where two things are compared that may be the
// same, includes nothing that counts as a difference. The level of the latter is that of two
// one-sided tests.
static double more_to_decide(const struct comparison *c)
{
    const struct estimate *e = &c->estimate;
    if (!isfinite(c->bound) || !(c->bound > 0) || !(e->low > 0))
        return INFINITY;
    double reach = reach_of(e), distance = fabs(log(e->value / c->bound)),
           until = more_for(e->n, reach * sequence_times(e->n, 0.05), distance);
    if (c->bound == 1)
        until = fmin(until, more_for(e->n, reach * sequence_times(e->n, 0.10),
                                     log(1 + SAME_WITHIN) - distance));
    return until;
}

// The width of an interval from few values is itself random, and a confidence sequence holds only
// approximately.
static double with_least(double more, size_t tried, size_t least)
{
    return tried < least ? fmax(more, (double)(least - tried)) : more;
}

void look_for_needs(struct comparison *c, size_t tried, bool is_pointless)
{
    const struct estimate *e = &c->estimate;
    c->reach = c->more_to_width = c->more_to_twice = c->more_to_decide = 0;
    if (is_pointless || (e->n >= ESTIMATE_MIN_N && e->low == e->high)) // counts that never differ
        return;
    if (e->n < ESTIMATE_MIN_N || !isfinite(e->high) || !(e->value > 0)) {
        c->more_to_width = c->more_to_twice = with_least(1, tried, LEAST_CONVERGED_BLOCKS);
        c->more_to_decide = isfinite(c->bound) ? c->more_to_width : INFINITY;
        return;
    }
    c->reach = fmax(e->high / e->value - 1, 1 - e->low / e->value);
    c->more_to_width =
        with_least(more_for(e->n, c->reach, c->target), tried, LEAST_CONVERGED_BLOCKS);
    c->more_to_twice = with_least(more_for(e->n, c->reach, 2 * c->target), tried, FIRST_VALUES);
    c->more_to_decide = with_least(more_to_decide(c), tried, FIRST_VALUES);
}

bool is_met(const struct comparison *c)
{
    return c->more_to_width <= 0 || (!c->is_headline && c->more_to_decide <= 0);
}
