#include "bench/analyse/derive_over_x.h"
#include "bench/analyse/spread.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_X = 64 };

static const char *values_of_x(const struct reading *r)
{
    return strchr(experiment_need(r->e, "vary"), ' ') + 1;
}

// The logarithms of a model's costs at an x, or of their ratios to the baseline's (NULL: costs),
// one per block, NAN without one. Returns whether there are any; then it also doubts the cells.
static bool add_logs(struct reading *r, const char *model, const char *baseline, const char *x,
                     double *logs)
{
    bool found = false;
    struct cell cell = {r->e->stem, model, x}, base = {r->e->stem, baseline, x};
    double *values = values_of(r->run, &cell, r->metric, NULL),
           *base_values = baseline ? values_of(r->run, &base, r->metric, NULL) : NULL;
    for (size_t block = 0; block < r->run->blocks; block++) {
        double value = baseline ? values[block] / base_values[block] : values[block];
        logs[block] = value > 0 && isfinite(value) ? log(value) : NAN;
        found = found || isfinite(logs[block]);
    }
    if (found)
        reading_doubt(r, &cell, r->metric, values);
    if (found && baseline)
        reading_doubt(r, &base, r->metric, base_values);
    free(values);
    free(base_values);
    return found;
}

// ---- crossover MODEL LIMIT: from which x on a model costs less than LIMIT times the baseline ----

struct crossing {
    double limit, x[MOST_X]; // the x with ratios, ascending
    size_t count;
};

// The smallest x from which on every ratio is below the limit, interpolated between the logarithms
// of neighbours. It is the smallest x of all if no ratio is above, and INFINITY if the last one is.
static double crossover(const double *ratios, const void *context)
{
    const struct crossing *c = context;
    size_t i = c->count;
    while (i > 0 && ratios[i - 1] < c->limit)
        i--;
    if (i == c->count)
        return INFINITY;
    if (i == 0)
        return c->x[0];
    double part = log(ratios[i - 1] / c->limit) / log(ratios[i - 1] / ratios[i]);
    return c->x[i - 1] * pow(c->x[i] / c->x[i - 1], part);
}

static double last_ratio(const double *ratios, const void *context)
{
    const struct crossing *c = context;
    return ratios[c->count - 1];
}

// Appends an x with its ratios, if there are any and x is above zero and above the one before.
static void add_x(struct reading *r, const char *model, const char *baseline, const char *x,
                  struct crossing *c, double *logs)
{
    char *end;
    double number = strtod(x, &end);
    if (end == x || *end)
        reading_refuse(r);
    if (number > (c->count ? c->x[c->count - 1] : 0) &&
        add_logs(r, model, baseline, x, logs + c->count * r->run->blocks))
        c->x[c->count++] = number;
}

// Describes the cases without a number: no crossover, or no upper end of its interval.
static void say_crossing(const struct crossing *c, const struct estimate *last_ratio,
                         struct derived *d)
{
    double last = c->count ? c->x[c->count - 1] : NAN;
    if (!d->value.n)
        snprintf(d->note, sizeof d->note, "no block has all of its parts");
    else if (isinf(d->value.value) && isfinite(d->value.low))
        snprintf(d->note, sizeof d->note,
                 "not below %g up to %g (there %.3g); perhaps from %.4g on", c->limit, last,
                 last_ratio->value, d->value.low);
    else if (isinf(d->value.value))
        snprintf(d->note, sizeof d->note, "not below %g up to %g (there %.3g)", c->limit, last,
                 last_ratio->value);
    else if (d->value.value == c->x[0])
        snprintf(d->note, sizeof d->note, "below %g from the smallest on", c->limit);
    else if (isinf(d->value.high))
        snprintf(d->note, sizeof d->note, "no upper end: it may not be below %g at %g yet",
                 c->limit, last);
    else
        snprintf(d->note, sizeof d->note, "-");
}

static void derive_crossover(struct reading *r, struct derived *d)
{
    const char *model = reading_word(r), *limit = reading_word(r);
    char values[1024], *rest = values, *x, *end, own[64];
    struct crossing c = {0};
    c.limit = limit ? strtod(limit, &end) : 0;
    if (!(c.limit > 0) || *end || reading_word(r))
        reading_refuse(r);
    snprintf(d->baseline, sizeof d->baseline, "%s", baseline_of(r->e, model, own));
    double *logs = memory_for(MOST_X * r->run->blocks, sizeof *logs);
    snprintf(values, sizeof values, "%s", values_of_x(r));
    while ((x = strsep(&rest, " ")) && c.count < MOST_X - 1)
        add_x(r, model, d->baseline, x, &c, logs);
    d->value = bootstrap_of_ratios(crossover, &c, logs, c.count, r->run->blocks, RESAMPLES, SEED);
    struct estimate last =
        bootstrap_of_ratios(last_ratio, &c, logs, c.count, r->run->blocks, 0, SEED);
    say_crossing(&c, &last, d);
    free(logs);
}

// ---- change MODEL X1 X2: the ratio to the baseline at X2, relative to that at X1 ----

static double change(const double *ratios, const void *unused)
{
    (void)unused;
    return ratios[1] / ratios[0];
}

static void derive_change(struct reading *r, struct derived *d)
{
    const char *model = reading_word(r), *from = reading_word(r), *to = reading_word(r);
    size_t blocks = r->run->blocks;
    char own[64];
    if (!to || reading_word(r) || !is_listed(from, values_of_x(r)) ||
        !is_listed(to, values_of_x(r)))
        reading_refuse(r);
    snprintf(d->baseline, sizeof d->baseline, "%s", baseline_of(r->e, model, own));
    double *logs = memory_for(2 * blocks, sizeof *logs);
    add_logs(r, model, d->baseline, from, logs);
    add_logs(r, model, d->baseline, to, logs + blocks);
    d->value = bootstrap_of_ratios(change, NULL, logs, 2, blocks, RESAMPLES, SEED);
    snprintf(d->note, sizeof d->note, "%s", d->value.n ? "-" : "no block has all of its parts");
    free(logs);
}

// ---- spread MODEL: how much its cost differs between the x, in percent ----

static void derive_spread(struct reading *r, struct derived *d)
{
    const char *model = reading_word(r);
    char values[1024], *rest = values, *x;
    size_t blocks = r->run->blocks, rows = 0;
    if (!model || reading_word(r))
        reading_refuse(r);
    strcpy(d->baseline, "-");
    double *logs = memory_for(MOST_X * blocks, sizeof *logs);
    snprintf(values, sizeof values, "%s", values_of_x(r));
    while ((x = strsep(&rest, " ")) && rows < MOST_X)
        rows += add_logs(r, model, NULL, x, logs + rows * blocks);
    d->value = spread_of_rows(logs, rows, blocks);
    snprintf(d->note, sizeof d->note, "%s",
             d->value.n ? "-" : "no two blocks have values at the same two x");
    free(logs);
}

bool derive_over_x(struct reading *r, struct derived *d)
{
    static const struct {
        const char *name;
        void (*derive)(struct reading *r, struct derived *d);
    } forms[] = {
        {"crossover ", derive_crossover}, {"change ", derive_change}, {"spread ", derive_spread}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strncmp(r->rest, forms[i].name, strlen(forms[i].name)) == 0) {
            r->rest += strlen(forms[i].name);
            d->for_all_x = true;
            forms[i].derive(r, d);
            return true;
        }
    return false;
}
