#include "bench/analyse/derive.h"
#include "bench/analyse/derive_over_x.h"
#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reading_refuse(const struct reading *r)
{
    errx(1, "experiment %s: cannot derive '%s'", r->e->stem, r->text);
}

static double *zeros(size_t n)
{
    double *values = memory_for(n, sizeof *values);
    return values;
}

char *reading_word(struct reading *r)
{
    char *word;
    while ((word = strsep(&r->rest, " ")) && !*word)
        ;
    return word;
}

void reading_doubt(struct reading *r, const struct cell *c, const struct metric *metric,
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
    reading_doubt(r, &term, metric, values);
    free(values);
}

// Adds terms until the line ends or a "/" or ")" comes. Returns that word, or NULL.
static const char *add_terms(struct reading *r, double *sum)
{
    const char *word;
    double sign = 1;
    bool is_expected = true; // a term is expected, not an operator
    while ((word = reading_word(r)) && strcmp(word, "/") != 0 && strcmp(word, ")") != 0) {
        bool is_sign = strcmp(word, "+") == 0 || strcmp(word, "-") == 0;
        if (is_sign == is_expected)
            reading_refuse(r);
        if (is_sign)
            sign = *word == '-' ? -1 : 1;
        else
            add_term(r, word, sign, sum);
        r->differs = r->differs || (is_sign && sign < 0);
        is_expected = is_sign;
    }
    if (is_expected)
        reading_refuse(r);
    return word;
}

// Divides by what follows the "/": a number, or terms in parentheses.
static void divide(struct reading *r, double *sum)
{
    const char *word = reading_word(r);
    char *end;
    double *divisor = zeros(r->run->blocks);
    bool has_x = r->has_x; // it applies to all x if the dividend does
    if (word && strcmp(word, "(") == 0) {
        word = add_terms(r, divisor);
        if (!word || strcmp(word, ")") != 0)
            reading_refuse(r);
    } else {
        double number = word ? strtod(word, &end) : 0;
        if (!word || *end || !(number > 0))
            reading_refuse(r);
        for (size_t block = 0; block < r->run->blocks; block++)
            divisor[block] = number;
    }
    r->has_x = has_x;
    if (reading_word(r))
        reading_refuse(r);
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
        reading_refuse(r);
    if (word)
        divide(r, sum);
    d->value = bootstrap_median(sum, r->run->blocks, RESAMPLES, SEED);
    if (!word)
        d->ratio = ratio_of(r, sum, d->baseline);
    d->for_all_x = r->has_x;
    snprintf(d->note, sizeof d->note, "%s", d->value.n ? "-" : "no block has all of its parts");
    free(sum);
}

void derive(const struct run *run, const struct experiment *e, const char *text, const char *x,
            struct derived *d)
{
    char words[1024], own[64];
    struct reading r = {.run = run, .e = e, .text = text, .x = x, .rest = words};
    *d = (struct derived){.value = no_estimate, .ratio = no_estimate};
    r.metric = experiment_headline_metric(e);
    if ((size_t)snprintf(words, sizeof words, "%s", text) >= sizeof words)
        reading_refuse(&r);
    const char *name = reading_word(&r);
    snprintf(d->name, sizeof d->name, "%s", name ? name : "");
    if (!r.rest || !derive_over_x(&r, d)) {
        snprintf(d->baseline, sizeof d->baseline, "%s", baseline_of(e, d->name, own));
        derive_sum(&r, d);
    }
    d->reasons = r.reasons;
    if (d->value.n < ESTIMATE_MIN_N)
        d->reasons |= too_few_samples();
}
