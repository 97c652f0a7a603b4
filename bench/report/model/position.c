#include "bench/report/model/position.h"

#include <math.h>
#include <stddef.h>

static const double reach = 5; // the bound is in the middle, and the ends are so many times away

static double on_axis(double value, double bound)
{
    return value > 0 ? 50 + 50 * log(value / bound) / log(reach) : -INFINITY;
}

// A tenth of a percent is less than a pixel.
static double rounded(double percent)
{
    return round(10 * fmin(fmax(percent, 0), 100)) / 10;
}

bool strip_of(double value, double low, double high, double bound, struct strip *strip)
{
    double at = on_axis(value, bound);
    if (!(bound > 0) || isnan(value))
        return false;
    strip->at = rounded(at);
    strip->left = isnan(low) ? strip->at : rounded(on_axis(low, bound));
    strip->right = isnan(high) ? strip->at : rounded(on_axis(high, bound));
    strip->off = at < 0 ? "left" : at > 100 ? "right" : NULL;
    return true;
}

static int shade(double value, const double limits[4])
{
    int i = 0;
    while (i < 4 && value > limits[i])
        i++;
    return i;
}

int shade_of_ratio(double ratio)
{
    return shade(ratio, (const double[]){1.25, 2, 5, 20});
}

int shade_of_loss(double share)
{
    return shade(share, (const double[]){0.01, 0.2, 0.5, 0.99});
}
