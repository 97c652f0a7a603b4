#include "bench/analyse/judge.h"

#include "bench/analyse/claim.h"
#include "bench/analyse/estimates.h"
#include "bench/analyse/need.h"
#include "bench/base/memory.h"
#include "bench/base/output.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    enum verdict verdict;
    struct estimate estimate;
    double p;         // for a true ratio equal to the bound; NAN if it is not a ratio
    struct need need; // if the interval does not decide
    char note[512];
};

static const struct experiment *measured(const struct evidence *e, const struct operand *o)
{
    return experiment_find(e->experiments, e->count, o->experiment);
}

static bool is_derived(const struct operand *o)
{
    return strcmp(o->metric, "derived") == 0;
}

static const struct metric *metric_of(const struct evidence *e, const struct operand *o)
{
    return *o->metric ? experiment_metric(measured(e, o), o->metric)
                      : experiment_headline_metric(measured(e, o));
}

static const struct summary_row *row_of(const struct evidence *e, const struct operand *o)
{
    struct cell cell = {o->experiment, o->model, o->x};
    return summary_find(e->summary, &cell, is_derived(o) ? "derived" : metric_of(e, o)->name);
}

// Whether the cell exists and is a valid number; otherwise the finding says why not.
static bool is_usable(const struct evidence *e, const struct operand *o, struct finding *f)
{
    if (!measured(e, o)) {
        f->verdict = NOT_MEASURED;
        snprintf(f->note, sizeof f->note, "the question %s is not in this run", o->experiment);
        return false;
    }
    const struct summary_row *row = row_of(e, o);
    if (!row) {
        f->verdict = NOT_MEASURED;
        snprintf(f->note, sizeof f->note, "%s is not in this run%s%s", o->model,
                 strcmp(o->x, "-") == 0 ? "" : " at ", strcmp(o->x, "-") == 0 ? "" : o->x);
        return false;
    }
    if (row->validity == VALID)
        return true;
    f->verdict = UNDECIDED;
    snprintf(f->note, sizeof f->note, "%s is %s: %s", o->model, validity_names[row->validity],
             row->note);
    return false;
}

// The denominator counts `times`, so that the p-value is that of a ratio of 1. For merged
// histograms only the ratio itself has a p-value.
static struct estimate paired_ratio(const struct evidence *e, const struct condition *c,
                                    double times)
{
    struct cell of = {c->of.experiment, c->of.model, c->of.x},
                to = {c->to.experiment, c->to.model, c->to.x};
    if (is_merged(e->run, &of, metric_of(e, &c->of))) {
        struct estimate ratio = ratio_of(e->run, &of, &to, metric_of(e, &c->of), RESAMPLES);
        if (times != 1)
            ratio.p = NAN;
        return ratio;
    }
    double *above = values_of(e->run, &of, metric_of(e, &c->of), NULL),
           *below = values_of(e->run, &to, metric_of(e, &c->to), NULL);
    for (size_t block = 0; block < e->run->blocks; block++)
        below[block] *= times;
    struct estimate ratio = bootstrap_ratio(above, below, e->run->blocks, RESAMPLES, SEED);
    free(above);
    free(below);
    return ratio;
}

static struct finding find(const struct evidence *e, const struct condition *c)
{
    struct finding f = {UNDECIDED, no_estimate, NAN, no_need, "-"};
    bool is_ratio = *c->to.model;
    if (!is_usable(e, &c->of, &f) || (is_ratio && !is_usable(e, &c->to, &f)))
        return f;
    f.estimate = is_ratio ? paired_ratio(e, c, 1) : row_of(e, &c->of)->value;
    f.p = is_ratio ? paired_ratio(e, c, c->bound).p : NAN;
    f.verdict = condition_judge(c, &f.estimate);
    if (f.estimate.n < ESTIMATE_MIN_N)
        snprintf(f.note, sizeof f.note, "too few blocks for an interval: %zu", f.estimate.n);
    else if (f.verdict == UNDECIDED)
        snprintf(f.note, sizeof f.note, "the interval reaches to both sides of %g", c->bound);
    return f;
}

// A ratio, or the metric itself; "-" if only the run knows its name, and the question is missing.
static const char *what_is_judged(const struct evidence *e, const struct condition *c)
{
    const struct experiment *experiment = measured(e, &c->of);
    if (*c->to.model)
        return "ratio";
    if (!experiment)
        return "-";
    if (!is_derived(&c->of))
        return metric_of(e, &c->of)->name;
    return experiment_derives(experiment, c->of.model, "change")
               ? "ratio"
               : experiment_need(experiment, "metric");
}

// The unit of a derived quantity, if the experiment gives one.
static const char *unit_of(const struct evidence *e, const struct condition *c)
{
    const struct experiment *experiment = measured(e, &c->of);
    if (!experiment || *c->to.model || !is_derived(&c->of))
        return "-";
    return experiment_unit(experiment, c->of.model);
}

enum { CONDITIONS = 16 };

struct claim {
    const struct experiment *file;
    const char *texts[CONDITIONS];
    struct condition conditions[CONDITIONS];
    struct finding findings[CONDITIONS];
    size_t count;
    size_t comparisons; // in its family
};

static void claim_read(struct claim *claim, const struct experiment *file)
{
    *claim = (struct claim){.file = file};
    for (size_t i = 0; i < file->lines; i++) {
        if (strcmp(file->keys[i], "holds_if") != 0)
            continue;
        if (claim->count == CONDITIONS)
            errx(1, "claim %s: more than %d conditions", file->stem, CONDITIONS);
        claim->texts[claim->count] = file->values[i];
        condition_parse(&claim->conditions[claim->count++], file->values[i], file->stem);
    }
    experiment_need(file, "holds_if");
    experiment_need(file, "claim");
    experiment_need(file, "source");
    experiment_need(file, "refuted_by");
}

// A single interval may be on one side by chance: all ratios are one family, and a verdict needs a
// p-value below 0.05 after Holm's correction over it.
static void correct_one(struct finding *f, size_t family)
{
    if (!(f->p >= 0.05) || f->verdict == UNDECIDED || f->verdict == NOT_MEASURED)
        return;
    f->verdict = UNDECIDED;
    snprintf(f->note, sizeof f->note, "not shown among %zu comparisons of claims", family);
}

// If neither side is shown, the two may be the same; otherwise, more blocks may decide it.
static void weigh(const struct evidence *e, const struct condition *c, struct finding *f,
                  size_t undecided)
{
    const struct cell of = {c->of.experiment, c->of.model, c->of.x},
                      to = {c->to.experiment, c->to.model, c->to.x};
    if (f->verdict != UNDECIDED)
        return;
    if (condition_compares_the_same(c, &f->estimate)) {
        f->verdict = SAME;
        snprintf(f->note, sizeof f->note, "the 90 %% interval, %.3f to %.3f, is within 10 %%",
                 f->estimate.low_90, f->estimate.high_90);
    } else {
        f->need = need_of(e->run, &of, *c->to.model ? &to : NULL, &f->estimate, c->bound,
                          isnan(f->p) ? 1 : undecided);
    }
}

static void correct(const struct evidence *e, struct claim *claims, size_t count)
{
    size_t n = 0, family = 0, undecided = 0;
    double *p = memory_for(count * CONDITIONS, sizeof *p);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < claims[i].count; k++) {
            family += isfinite(claims[i].findings[k].p);
            p[n++] = claims[i].findings[k].p;
        }
    holm(p, n);
    for (size_t i = 0; i < n; i++)
        undecided += p[i] >= 0.05;
    n = 0;
    for (size_t i = 0; i < count; i++) {
        claims[i].comparisons = family;
        for (size_t k = 0; k < claims[i].count; k++) {
            struct finding *f = &claims[i].findings[k];
            f->p = p[n++];
            correct_one(f, family);
            weigh(e, &claims[i].conditions[k], f, undecided);
        }
    }
    free(p);
}

// For the frozen claims, those that were added are not in the family.
static void correct_all(const struct evidence *e, struct claim *claims, const struct confs *confs)
{
    struct claim *frozen = memory_for(confs->frozen_count, sizeof *frozen);
    memcpy(frozen, claims, confs->frozen_count * sizeof *frozen);
    correct(e, frozen, confs->frozen_count);
    correct(e, claims, confs->count);
    memcpy(claims, frozen, confs->frozen_count * sizeof *frozen);
    free(frozen);
}

// The least margin within which two things are shown to be the same, in percent.
static double same_within(const struct finding *f)
{
    return f->verdict == SAME ? 100 * (fmax(f->estimate.high_90, 1 / f->estimate.low_90) - 1) : NAN;
}

static void print_claim(FILE *file, const struct evidence *e, const struct claim *claim,
                        const char *after_run)
{
    enum verdict verdict = HOLDS;
    for (size_t i = 0; i < claim->count; i++)
        verdict = verdict_both(verdict, claim->findings[i].verdict);
    for (size_t i = 0; i < claim->count; i++) {
        const struct condition *c = &claim->conditions[i];
        const struct finding *f = &claim->findings[i];
        fprintf(file, "%s\t%s\t%s\t%s", claim->file->stem, verdict_words[verdict], claim->texts[i],
                verdict_words[f->verdict]);
        output_number(file, f->estimate.value);
        output_number(file, f->estimate.low);
        output_number(file, f->estimate.high);
        output_number(file, f->p);
        fprintf(file, "\t%zu\t%s\t%s\t%s\t%s\t%s\t%s\t%s", f->estimate.n, what_is_judged(e, c),
                unit_of(e, c), c->of.experiment, f->note, experiment_need(claim->file, "claim"),
                experiment_need(claim->file, "source"), experiment_need(claim->file, "refuted_by"));
        output_number(file, isnan(f->p) ? NAN : (double)claim->comparisons);
        output_number(file, same_within(f));
        need_write(file, &f->need);
        fprintf(file, "\t%s\n", after_run);
    }
}

void judge(const struct evidence *e, const struct confs *confs, FILE *file)
{
    struct claim *claims = memory_for(confs->count, sizeof *claims);
    for (size_t i = 0; i < confs->count; i++)
        claim_read(&claims[i], confs->all[i]);
    for (size_t i = 0; i < confs->count; i++)
        for (size_t k = 0; k < claims[i].count; k++)
            claims[i].findings[k] = find(e, &claims[i].conditions[k]);
    correct_all(e, claims, confs);
    fputs(
        "claim\tverdict\tcondition\tcondition_verdict\tvalue\tlow\thigh\tp_holm\tblocks\twhat\tunit"
        "\tplot\tnote\tsentence\tsource\trefuted_by\tcomparisons\tsame_within\tblocks_"
        "needed\tminutes\tafter_run\n",
        file);
    for (size_t i = 0; i < confs->count; i++)
        print_claim(file, e, &claims[i], after_run(confs, i));
    free(claims);
}
