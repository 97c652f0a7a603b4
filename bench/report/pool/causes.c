// Does a headline ratio follow what a kernel operation costs on the machine? The correlation of
// their logarithms, with its 95 % interval (Fisher's z) from four machines on. It shows what goes
// together, not what causes what.
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/pool/sections.h"

#include <math.h>

// Of n points; NAN if one of the two does not vary.
static double correlation(const double *x, const double *y, size_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

static json_t *sentence(double r, size_t n)
{
    if (isnan(r))
        return made(json_string("It does not vary."));
    if (n < 4)
        return made(
            json_sprintf("Correlation %.2f over %zu machines: too few for an interval.", r, n));
    double reach = 1.959964 / sqrt((double)n - 3), z = atanh(fmin(fmax(r, -0.999999), 0.999999));
    return made(json_sprintf("Correlation %.2f (%.2f to %.2f) over %zu machines.", r,
                             tanh(z - reach), tanh(z + reach), n));
}

static json_t *cause(const struct pool *p, const struct across *a, size_t cost)
{
    enum { MOST = 1000 };
    static double x[MOST], y[MOST];
    json_t *points = made(json_array());
    size_t n = 0;
    for (size_t m = 0; m < p->machines && n < MOST; m++) {
        double us = cost_on(p, m, cost);
        if (isnan(us) || !a->of[m].exists || !(a->of[m].value > 0))
            continue;
        add(points, json_pack("{ss sf sf}", "machine", machine_letter(m), "cost_us", us, "ratio",
                              a->of[m].value));
        x[n] = log(us);
        y[n++] = log(a->of[m].value);
    }
    double r = n >= POOLING_MIN_MACHINES ? correlation(x, y, n) : NAN;
    return json_pack("{ss ss so so so}", "id", cost_keys[cost], "name", cost_names[cost], "points",
                     points, "correlation", real_or_null(r), "text",
                     n >= POOLING_MIN_MACHINES
                         ? sentence(r, n)
                         : json_string("Fewer than three machines: no correlation."));
}

json_t *causes_of_pool(const struct pool *p)
{
    const struct pair *headline = first_headline(p);
    json_t *list = made(json_array());
    char subject[256];
    if (!headline)
        return made(json_pack("{sn so}", "subject", "costs", list));
    struct across a = across_machines(p, headline->of);
    for (size_t cost = 0; cost < COSTS_KNOWN; cost++)
        add(list, cause(p, &a, cost));
    across_free(&a);
    subject_of(headline, subject);
    return made(json_pack("{ss so}", "subject", subject, "costs", list));
}
