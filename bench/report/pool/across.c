#include "bench/report/pool/across.h"
#include "bench/base/memory.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- machines -----------------------------------------------------------------------------------

static struct effect effect_of(const struct ratio *r)
{
    return effect_of_interval(r->value, r->low, r->high, r->blocks);
}

// Whether it can be pooled. (A ratio of 0, or down to 0, has no logarithm.)
static bool counts(const struct ratio *r)
{
    return r->exists && r->is_sound && !isnan(effect_of(r).value);
}

// Several runs of one machine: their mean.
static struct ratio mean_of_runs(const struct effect *effects, size_t count, size_t blocks)
{
    struct pooled mean = pool_effects(effects, count);
    double reach = 1.959964 * mean.se;
    return (struct ratio){.exists = true,
                          .has_interval = true,
                          .is_sound = true,
                          .value = exp(mean.value),
                          .low = exp(mean.value - reach),
                          .high = exp(mean.value + reach),
                          .blocks = blocks,
                          .validity = "valid"};
}

static struct ratio on_machine(const struct pool *p, const struct ratio *by_run, size_t machine)
{
    struct effect *effects = memory_for(p->runs, sizeof *effects);
    struct ratio found = {.exists = false};
    size_t sound = 0, blocks = 0;
    for (size_t run = 0; run < p->runs; run++) {
        const struct ratio *r = &by_run[run];
        if (p->machine[run] != machine || !r->exists)
            continue;
        if (!found.exists || (counts(r) && sound == 0))
            found = *r;
        if (counts(r)) {
            effects[sound++] = effect_of(r);
            blocks += r->blocks;
        }
    }
    if (sound > 1)
        found = mean_of_runs(effects, sound, blocks);
    free(effects);
    return found;
}

struct across across_machines(const struct pool *p, const struct ratio *by_run)
{
    struct across a = {.of = memory_for(p->machines, sizeof *a.of), .least = NAN, .most = NAN};
    struct effect *effects = memory_for(p->machines, sizeof *effects);
    size_t count = 0;
    for (size_t m = 0; m < p->machines; m++) {
        a.of[m] = on_machine(p, by_run, m);
        if (!counts(&a.of[m]))
            continue;
        effects[count++] = effect_of(&a.of[m]);
        a.least = fmin(a.of[m].value, a.least);
        a.most = fmax(a.of[m].value, a.most);
    }
    a.pooled = pool_effects(effects, count);
    free(effects);
    return a;
}

void across_free(struct across *a)
{
    free(a->of);
}

// ---- words --------------------------------------------------------------------------------------

static json_t *measured(double value, double low, double high, const char *validity, size_t blocks)
{
    return made(json_measured(value, low, high, "ratio", validity, blocks));
}

static json_t *each(const struct pool *p, const struct across *a)
{
    json_t *list = made(json_array());
    for (size_t m = 0; m < p->machines; m++) {
        const struct ratio *r = &a->of[m];
        if (r->exists)
            add(list, json_pack("{so sb}", "measured",
                                measured(r->value, r->low, r->high, r->validity, r->blocks),
                                "sound", counts(r)));
        else
            add(list, json_null());
    }
    return list;
}

static size_t all_blocks(const struct pool *p, const struct across *a)
{
    size_t blocks = 0;
    for (size_t m = 0; m < p->machines; m++)
        blocks += counts(&a->of[m]) ? a->of[m].blocks : 0;
    return blocks;
}

// "4.6×" or "4.6× to 43×"; empty without a sound one.
static json_t *range(const struct across *a)
{
    char least[FORMAT_BYTES] = "", most[FORMAT_BYTES] = "";
    if (a->pooled.k == 0)
        return made(json_string(""));
    format_ratio(a->least, least);
    format_ratio(a->most, most);
    bool is_one = strcmp(least, most) == 0;
    return made(is_one ? json_string(least) : json_sprintf("%s to %s", least, most));
}

static const double FAR_APART = 10000;

// Whether the ends are so far apart that nothing is predicted, as from three machines that differ
// much.
static bool is_vain(const struct pooled *p)
{
    return p->predict_high - p->predict_low > log(FAR_APART);
}

// "0.5× to 240×": so wide that its ends have decimals of their own.
static json_t *predicted(const struct pooled *p)
{
    char low[FORMAT_BYTES], high[FORMAT_BYTES];
    if (is_vain(p))
        return made(json_string("not predictable"));
    format_ratio(exp(p->predict_low), low);
    format_ratio(exp(p->predict_high), high);
    return made(json_sprintf("%s to %s", low, high));
}

// "11× (3.1–39)", or the range of few machines.
static json_t *sentence(const struct across *a)
{
    const struct pooled *p = &a->pooled;
    char mean[FORMAT_BYTES], interval[FORMAT_BYTES];
    if (p->k < POOLING_MIN_MACHINES)
        return range(a);
    format_ratio(exp(p->value), mean);
    format_ratio_interval(exp(p->value), exp(p->low), exp(p->high), interval);
    return made(json_sprintf("%s (%s)", mean, interval));
}

static json_t *prediction(const struct pooled *p)
{
    return json_pack("{sf sf so}", "lower_value", exp(p->predict_low), "upper_value",
                     exp(p->predict_high), "text", predicted(p));
}

static json_t *between(const struct pooled *p)
{
    char text[FORMAT_BYTES];
    format_ratio(exp(sqrt(p->tau2)), text);
    return json_pack("{sf ss}", "tau2", p->tau2, "text", text);
}

// The members that are null for few machines.
static json_t *of_pooled(const struct pool *p, const struct across *a)
{
    const struct pooled *pooled = &a->pooled;
    if (pooled->k < POOLING_MIN_MACHINES)
        return made(json_pack("{sn sn sn sn}", "pooled", "prediction", "between", "i2"));
    json_t *mean = measured(exp(pooled->value), exp(pooled->low), exp(pooled->high), "valid",
                            all_blocks(p, a)),
           *share = json_sprintf("%.0f\u00a0%%", floor(100 * pooled->i2));
    return made(json_pack("{so so so s{sf so}}", "pooled", mean, "prediction", prediction(pooled),
                          "between", between(pooled), "i2", "value", pooled->i2, "text", share));
}

json_t *across_json(const struct pool *p, const struct across *a)
{
    json_t *object =
        made(json_pack("{so sI so so}", "machines", each(p, a), "known", (json_int_t)a->pooled.k,
                       "range", range(a), "text", sentence(a)));
    json_t *pooled = of_pooled(p, a);
    json_object_update(object, pooled);
    json_decref(pooled);
    return object;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

struct ratio ratio_of_measured(const json_t *m)
{
    const char *validity = json_string_value(json_object_get(m, "validity"));
    struct ratio r = {.value = number(m, "value"),
                      .low = number(m, "lower_value"),
                      .high = number(m, "upper_value"),
                      .blocks = (size_t)fmax(0, number(m, "blocks")),
                      .validity = validity ? validity : "suspect"};
    r.exists = isfinite(r.value);
    r.has_interval = isfinite(r.low) && isfinite(r.high);
    r.is_sound = r.has_interval && strcmp(r.validity, "valid") == 0;
    return r;
}
