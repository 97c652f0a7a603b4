#include "bench/analyse/derive.h"
#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A line during parsing: its run, experiment and x, and the remaining words.
struct reading {
    const struct run *run;
    const struct experiment *e;
    const char *text, *x;
    const struct metric *metric;
    char *rest;
    bool has_x, differs; // a term names its x; something is subtracted
    uint32_t reasons;    // reasons to doubt its terms
};

static _Noreturn void refuse(const struct reading *r)
{
    errx(1, "experiment %s: cannot derive '%s'", r->e->stem, r->text);
}

static double *zeros(size_t n)
{
    double *values = memory_for(n, sizeof *values);
    return values;
}

// The next word, or NULL.
static char *next_word(struct reading *r)
{
    char *word;
    while ((word = strsep(&r->rest, " ")) && !*word)
        ;
    return word;
}

// Adds the reasons to doubt a cell with n usable values.
static void doubt(struct reading *r, const struct cell *c, const struct metric *metric,
                  const double *values)
{
    uint32_t reasons;
    size_t n = bootstrap_median(values, r->run->blocks, 0, SEED).n;
    cell_validity(r->run, c, metric, n, &reasons);
    r->reasons |= reasons;
}

// Adds one term to the sum in each block: MODEL, MODEL@X or EXPERIMENT:MODEL:METRIC (at the same x
// if that experiment has it), possibly with NUMBER* before it.
static void add_term(struct reading *r, const char *word, double sign, double *sum)
{
    char experiment[64], model[64], other_metric[64], x[64];
    const char *factor_ends = strchr(word, '*');
    if (factor_ends) {
        sign *= strtod(word, NULL);
        word = factor_ends + 1;
    }
    struct cell term = {r->e->stem, word, r->x};
    const struct metric *metric = r->metric;
    if (sscanf(word, "%63[^:]:%63[^:]:%63s", experiment, model, other_metric) == 3) {
        term = (struct cell){experiment, model, r->x};
        metric = experiment_metric(r->e, other_metric);
        if (!run_has_planned(r->run, &term))
            term.x = "-";
    } else if (sscanf(word, "%63[^@]@%63s", model, x) == 2) {
        term = (struct cell){r->e->stem, model, x};
        r->has_x = true;
    }
    double *values = values_of(r->run, &term, metric, NULL);
    for (size_t block = 0; block < r->run->blocks; block++)
        sum[block] += sign * values[block];
    doubt(r, &term, metric, values);
    free(values);
}

// Adds terms until the line ends or a "/" or ")" comes. Returns that word, or NULL.
static const char *add_terms(struct reading *r, double *sum)
{
    const char *word;
    double sign = 1;
    bool is_expected = true; // a term is expected, not an operator
    while ((word = next_word(r)) && strcmp(word, "/") != 0 && strcmp(word, ")") != 0) {
        bool is_sign = strcmp(word, "+") == 0 || strcmp(word, "-") == 0;
        if (is_sign == is_expected)
            refuse(r);
        if (is_sign)
            sign = *word == '-' ? -1 : 1;
        else
            add_term(r, word, sign, sum);
        r->differs = r->differs || (is_sign && sign < 0);
        is_expected = is_sign;
    }
    if (is_expected)
        refuse(r);
    return word;
}

// Divides by what follows the "/": a number, or terms in parentheses.
static void divide(struct reading *r, double *sum)
{
    const char *word = next_word(r);
    char *end;
    double *divisor = zeros(r->run->blocks);
    bool has_x = r->has_x; // it applies to all x if the dividend does
    if (word && strcmp(word, "(") == 0) {
        word = add_terms(r, divisor);
        if (!word || strcmp(word, ")") != 0)
            refuse(r);
    } else {
        double number = word ? strtod(word, &end) : 0;
        if (!word || *end || !(number > 0))
            refuse(r);
        for (size_t block = 0; block < r->run->blocks; block++)
            divisor[block] = number;
    }
    r->has_x = has_x;
    if (next_word(r))
        refuse(r);
    for (size_t block = 0; block < r->run->blocks; block++)
        sum[block] = divisor[block] != 0 ? sum[block] / divisor[block] : NAN;
    free(divisor);
}

// The ratio to the baseline. If something is subtracted it is the median of the shares of the
// baseline, because a negative difference has no logarithm. A quotient has another unit and no
// ratio.
static struct estimate ratio_of(const struct reading *r, double *sum, const char *baseline)
{
    struct cell base = {r->e->stem, baseline, r->has_x ? "-" : r->x};
    double *base_values = values_of(r->run, &base, r->metric, NULL);
    size_t blocks = r->run->blocks;
    struct estimate ratio = bootstrap_ratio(sum, base_values, blocks, RESAMPLES, SEED);
    if (r->differs) {
        for (size_t block = 0; block < blocks; block++)
            sum[block] /= base_values[block];
        ratio = bootstrap_median(sum, blocks, RESAMPLES, SEED);
    }
    free(base_values);
    return ratio;
}

static void derive_sum(struct reading *r, struct derived *d)
{
    double *sum = zeros(r->run->blocks);
    const char *word = add_terms(r, sum);
    if (word && strcmp(word, "/") != 0)
        refuse(r);
    if (word)
        divide(r, sum);
    d->value = bootstrap_median(sum, r->run->blocks, RESAMPLES, SEED);
    if (!word)
        d->ratio = ratio_of(r, sum, d->baseline);
    d->for_all_x = r->has_x;
    snprintf(d->note, sizeof d->note, "%s", d->value.n ? "-" : "no block has all of its parts");
    free(sum);
}

// ---- from which x on a model costs less than LIMIT times the baseline ----

enum { MOST_X = 64 };

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

// Appends the logarithms of the ratios at an x, one per block, if there are any and x is above
// zero.
static void add_x(struct reading *r, const char *model, const char *baseline, const char *x,
                  struct crossing *c, double *logs)
{
    size_t blocks = r->run->blocks, found = 0;
    struct cell cell = {r->e->stem, model, x}, base = {r->e->stem, baseline, x};
    char *end;
    double number = strtod(x, &end);
    if (end == x || *end)
        refuse(r);
    double *values = values_of(r->run, &cell, r->metric, NULL),
           *base_values = values_of(r->run, &base, r->metric, NULL);
    for (size_t block = 0; block < blocks; block++) {
        double ratio = values[block] / base_values[block];
        logs[c->count * blocks + block] = ratio > 0 ? log(ratio) : NAN;
        found += ratio > 0;
    }
    if (found && number > 0 && (!c->count || number > c->x[c->count - 1])) {
        c->x[c->count++] = number;
        doubt(r, &cell, r->metric, values);
        doubt(r, &base, r->metric, base_values);
    }
    free(values);
    free(base_values);
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
    const char *model = next_word(r), *limit = next_word(r), *vary = experiment_need(r->e, "vary");
    char values[1024], *rest = values, *x, *end, own[64];
    struct crossing c = {0};
    c.limit = limit ? strtod(limit, &end) : 0;
    if (!(c.limit > 0) || *end || next_word(r))
        refuse(r);
    snprintf(d->baseline, sizeof d->baseline, "%s", baseline_of(r->e, model, own));
    double *logs = zeros(MOST_X * r->run->blocks);
    snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
    while ((x = strsep(&rest, " ")) && c.count < MOST_X - 1)
        add_x(r, model, d->baseline, x, &c, logs);
    d->value = bootstrap_of_ratios(crossover, &c, logs, c.count, r->run->blocks, RESAMPLES, SEED);
    struct estimate last =
        bootstrap_of_ratios(last_ratio, &c, logs, c.count, r->run->blocks, 0, SEED);
    say_crossing(&c, &last, d);
    d->for_all_x = true;
    free(logs);
}

void derive(const struct run *run, const struct experiment *e, const char *text, const char *x,
            struct derived *d)
{
    static const char crossing[] = "crossover ";
    char words[1024], own[64];
    struct reading r = {.run = run, .e = e, .text = text, .x = x, .rest = words};
    *d = (struct derived){.value = no_estimate, .ratio = no_estimate};
    r.metric = experiment_headline_metric(e);
    if ((size_t)snprintf(words, sizeof words, "%s", text) >= sizeof words)
        refuse(&r);
    const char *name = next_word(&r);
    snprintf(d->name, sizeof d->name, "%s", name ? name : "");
    if (r.rest && strncmp(r.rest, crossing, strlen(crossing)) == 0) {
        r.rest += strlen(crossing);
        derive_crossover(&r, d);
    } else {
        snprintf(d->baseline, sizeof d->baseline, "%s", baseline_of(e, d->name, own));
        derive_sum(&r, d);
    }
    d->reasons = r.reasons;
    if (d->value.n < ESTIMATE_MIN_N)
        d->reasons |= too_few_samples();
}
