#include "bench/report/compare/comparison.h"
#include "bench/base/metric.h"
#include "bench/report/compare/lists.h"
#include "bench/report/compare/pair.h"
#include "bench/report/model/format.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const changes[] = {"changed", "same", "undecided"};

struct tally {
    int changes[3], few, one_sided, intervals, reaching;
};

// ---- a pair -----------------------------------------------------------------------------------
// Where a ratio lies on the axis: in the middle if it is the base's.
static double place(double factor)
{
    return factor > 0 ? fmin(fmax(50 + 50 * log2(factor), 0), 100) : 0;
}

static json_t *dot(const struct ratio *r, double unit)
{
    double low = r->has_interval ? r->low : r->value, high = r->has_interval ? r->high : r->value;
    return json_pack("[f, f, f]", place(low / unit), place(r->value / unit), place(high / unit));
}

static json_t *measured(const struct ratio *r)
{
    return json_measured(r->value, r->low, r->high, "ratio", r->validity, r->blocks);
}

static json_t *ratio_text(const struct ratio *r)
{
    char text[FORMAT_BYTES], interval[FORMAT_BYTES];
    format_ratio(r->value, text);
    format_ratio_interval(r->value, r->low, r->high, interval);
    return *interval ? json_sprintf("%s (%s)%s", text, interval, r->mark)
                     : json_sprintf("%s%s", text, r->has_interval ? r->mark : "");
}

static json_t *medians(const struct pair *p)
{
    const struct metric *metric = metric_named(p->metric);
    char base[FORMAT_BYTES], new[FORMAT_BYTES];
    format_value(p->of[0].median, metric ? metric->unit : "", base);
    format_value(p->of[1].median, metric ? metric->unit : "", new);
    return json_sprintf("%s / %s", base, new);
}

static json_t *difference(double base, double new)
{
    return base > 0
               ? json_sprintf("%s%.1f %%", new < base ? "\u2212" : "+", 100 * fabs(new / base - 1))
               : json_string("-");
}

static json_t *row_of(const struct pair *p)
{
    const struct ratio *base = &p->of[0], *new = &p->of[1];
    enum change change = pair_change(p);
    json_t *verdict = change == SAME ? json_sprintf("same within %.0f %%", ceil(pair_difference(p)))
                                     : json_string(changes[change]);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:{s:o, s:o}}", "subject",
                     p->subject, "base", measured(base), "new", measured(new), "base_text",
                     ratio_text(base), "new_text", ratio_text(new), "change",
                     difference(base->value, new->value), "verdict", changes[change],
                     "verdict_text", verdict, "medians", medians(p), "slope", "base",
                     dot(base, base->value), "new", dot(new, base->value));
}

// ---- all pairs --------------------------------------------------------------------------------
// The rows of the experiment's group, which is the last one or a new one.
static json_t *rows_for(json_t *groups, const struct side *s, const struct pair *p)
{
    const struct metric *metric = metric_named(p->metric);
    bool is_own = strcmp(side_get(s, p->experiment, "baseline"), "own") == 0;
    json_t *last = json_array_get(groups, json_array_size(groups) - 1);
    const char *its = json_string_value(json_object_get(last, "experiment"));
    if (!its || strcmp(its, p->experiment) != 0) {
        last = json_pack("{s:s, s:s, s:s, s:s, s:[]}", "experiment", p->experiment, "title",
                         side_get(s, p->experiment, "title"), "metric",
                         metric ? metric->label : p->metric, "baseline",
                         is_own ? "the plain program" : p->baseline, "rows");
        append(groups, last);
    }
    return json_object_get(last, "rows");
}

static void add_alone(json_t *comparison, const struct pair *p)
{
    size_t run = p->of[0].exists ? 0 : 1;
    const char *note = p->of[1 - run].note;
    char word[1024];
    int length = snprintf(word, sizeof word, "%s%s", p->subject, p->is_headline ? "*" : "");
    if (note && strcmp(note, "-") != 0)
        snprintf(word + length, sizeof word - (size_t)length, " (in %s: %s)", run ? "base" : "new",
                 note);
    add_word(json_object_get(comparison, run ? "only_new" : "only_base"), p->experiment, word);
}

static void add_pair(json_t *comparison, const struct side *s, const struct pair *p,
                     struct tally *tally)
{
    bool known = p->of[0].has_interval && p->of[1].has_interval;
    if (!p->of[0].exists && !p->of[1].exists)
        return;
    if (!p->of[0].exists || !p->of[1].exists) {
        add_alone(comparison, p);
        tally->one_sided++;
        return;
    }
    json_t *groups = json_object_get(comparison, p->is_headline ? "headline" : "other");
    append(rows_for(groups, s, p), row_of(p));
    tally->changes[pair_change(p)]++;
    tally->few += !known;
    tally->intervals += known ? 2 : 0;
    tally->reaching += known ? pair_reaches(p) : 0;
}

// ---- the whole --------------------------------------------------------------------------------
static json_t *run_text(const struct side *s)
{
    const char *date = json_string_value(json_object_get(s->environment, "date"));
    const char *commit = json_string_value(json_object_get(s->environment, "commit"));
    bool dirty = json_is_true(json_object_get(s->environment, "dirty"));
    return json_sprintf("%s, %s, commit %.10s%s", s->name, date ? date : "date not known",
                        commit ? commit : "not known", dirty ? " with changes" : "");
}

static json_t *sentence(const char *part, const struct tally *t)
{
    return json_sprintf("%s ratios: %d same within 10 %%, %d changed, %d undecided "
                        "(%d with too few blocks), %d in one run only",
                        part, t->changes[SAME], t->changes[CHANGED], t->changes[UNDECIDED], t->few,
                        t->one_sided);
}

static json_t *reach(const struct tally *t)
{
    return t->intervals
               ? json_sprintf("%d of %d headline intervals reach the other run's estimate "
                              "within 5 %% (%.1f %%)",
                              t->reaching, t->intervals, 100.0 * t->reaching / t->intervals)
               : json_string("No headline interval to judge");
}

static json_t *counts(const struct tally *t)
{
    const int *of = t->changes;
    return json_pack("{s:i, s:i, s:i, s:i}", "all", of[CHANGED] + of[SAME] + of[UNDECIDED],
                     "changed", of[CHANGED], "same", of[SAME], "undecided", of[UNDECIDED]);
}

json_t *comparison_of(const struct side sides[2], bool *has_changed)
{
    struct tally other = {0}, headline = {0};
    struct pair *pairs;
    size_t count = pairs_read(sides, 2, &pairs);
    json_t *c = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:[], s:[], s:[], s:[]}", "schema", "forklore-compare/1", "base",
        run_text(&sides[0]), "new", run_text(&sides[1]), "conditions", different_conditions(sides),
        "questions", different_questions(sides), "headline", "other", "only_base", "only_new");
    for (const struct pair *p = pairs; p < pairs + count; p++)
        add_pair(c, &sides[1], p, p->is_headline ? &headline : &other);
    pairs_free(pairs, count);
    if (!json_array_size(json_object_get(c, "headline")) &&
        !json_array_size(json_object_get(c, "other")))
        errx(1, "no ratio is in both runs: there is nothing to compare");
    json_object_set_new(
        c, "counts",
        json_pack("{s:o, s:o}", "headline", counts(&headline), "other", counts(&other)));
    json_object_set_new(c, "totals",
                        json_pack("[o, o, o]", sentence("Other", &other),
                                  sentence("Headline", &headline), reach(&headline)));
    *has_changed = headline.changes[CHANGED] || other.changes[CHANGED];
    return c;
}
