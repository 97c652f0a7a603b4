#include "bench/analyse/verdict.h"

#include <math.h>

static const double spare = 1.3; // for a value and an interval that are themselves random
static const double most = 30;   // times as many blocks: nobody measures that long

const char *const difference_words[] = {"different", "same", "undecided", "-"};

bool is_about_the_same(const struct estimate *ratio)
{
    return ratio->low_90 >= 1 / (1 + SAME_WITHIN) && ratio->high_90 <= 1 + SAME_WITHIN;
}

enum difference difference_judge(const struct estimate *ratio, double p)
{
    if (isnan(ratio->low) || isnan(ratio->high))
        return NO_INTERVAL;
    if ((ratio->low > 1 || ratio->high < 1) && !(p >= 0.05))
        return DIFFERENT;
    return is_about_the_same(ratio) ? ABOUT_THE_SAME : UNDECIDED_DIFFERENCE;
}

// How many times the present blocks, so that half the width of an interval shrinks to a distance.
static double times_blocks(double half_width, double distance)
{
    return distance > 0 ? fmax(1, pow(half_width / distance, 2)) : INFINITY;
}

size_t blocks_needed(const struct estimate *e, double bound, size_t comparisons)
{
    if (!(e->low > 0) || !isfinite(e->high))
        return 0;
    double stricter =
        normal_quantile(0.025 / (double)(comparisons ? comparisons : 1)) / normal_quantile(0.025);
    double times = times_blocks(stricter * log(e->high / e->low) / 2, fabs(log(e->value / bound)));
    if (bound == 1)
        times = fmin(times, times_blocks(log(e->high_90 / e->low_90) / 2,
                                         log(1 + SAME_WITHIN) - fabs(log(e->value))));
    times *= spare;
    return times <= most ? (size_t)ceil(times * (double)e->n) : 0;
}
