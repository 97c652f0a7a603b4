#include "bench/report/model/answer.h"
#include "bench/analyse/claim.h"
#include "bench/analyse/estimates.h"
#include "bench/report/model/condition.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/quantities.h"
#include "bench/report/model/question.h"
#include "bench/report/model/words.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const state_names[] = {"decided", "same", "undecided",
                                   "suspect", "few",  "not_measured"};

// ---- the state ----------------------------------------------------------------------------------

static enum state state_of_number(const struct facts *f, const struct number *n)
{
    if (strncmp(n->note, "skipped: ", strlen("skipped: ")) == 0)
        return MISSING;
    if (strcmp(n->note, "too-few-samples") == 0 || (isnan(n->low) && n->blocks))
        return FEW;
    if (!number_is_sound(n) || (!isnan(n->ratio) && !ratio_is_sound(f, n)))
        return DOUBTED;
    if (strcmp(n->verdict, "same") == 0)
        return ALIKE;
    return strcmp(n->verdict, "undecided") == 0 ? OPEN : DECIDED;
}

// The state of the headline cells: that of a difference if there is one, else of what is undecided,
// else the first of the others in the order of `enum state`. Sets the cell that it comes from.
static enum state state_of(const struct question *q, const struct number **from)
{
    static const enum state order[] = {DECIDED, OPEN, ALIKE, DOUBTED, FEW};
    const struct number **cells;
    size_t count = question_headline(q, &cells);
    enum state state = MISSING;
    *from = count ? cells[0] : NULL;
    for (size_t s = 0; s < sizeof order / sizeof *order && state == MISSING; s++)
        for (size_t i = 0; i < count && state == MISSING; i++)
            if (state_of_number(q->f, cells[i]) == order[s]) {
                state = order[s];
                *from = cells[i];
            }
    free(cells);
    return state;
}

// ---- conditions ---------------------------------------------------------------------------------

static const struct metric *metric_of(const struct facts *f, const struct operand *o)
{
    const struct experiment *e = experiment_find(f->experiments, f->count, o->experiment);
    if (!e || strcmp(o->metric, "derived") == 0)
        return NULL;
    return *o->metric ? experiment_metric(e, o->metric) : experiment_headline_metric(e);
}

// The ratio of two cells. If one is the baseline of the other, it was judged among all comparisons
// of the question: without a verdict, it is not shown to differ from 1.
static struct estimate ratio_between(const struct facts *f, const struct condition *c,
                                     const struct number *of, const struct number *to)
{
    const struct cell cell = {of->experiment, of->model, of->x},
                      base = {to->experiment, to->model, to->x};
    const struct metric *metric = metric_of(f, &c->of);
    if (!metric || strcmp(of->metric, to->metric) != 0)
        return no_estimate;
    if (baseline_number(f, of) != to)
        return ratio_of(&f->run, &cell, &base, metric, RESAMPLES);
    struct estimate ratio = {
        .value = of->ratio, .low = of->ratio_low, .high = of->ratio_high, .n = of->blocks};
    return c->bound == 1 && strcmp(of->verdict, "different") != 0 ? no_estimate : ratio;
}

static bool holds(const struct facts *f, const char *text, const char *where)
{
    struct condition c;
    condition_parse(&c, text, where);
    const struct number *of = operand_number(f, &c.of),
                        *to = *c.to.model ? operand_number(f, &c.to) : NULL;
    if (!of || !number_is_sound(of) || (*c.to.model && (!to || !number_is_sound(to))))
        return false;
    struct estimate e = {.value = of->value, .low = of->low, .high = of->high, .n = of->blocks};
    if (to)
        e = ratio_between(f, &c, of, to);
    return condition_judge(&c, &e) == HOLDS;
}

// ---- slots --------------------------------------------------------------------------------------

static const char derived_mark[] = "d:";

// The cell that a slot names, without its braces and mark: [EXPERIMENT.]MODEL[@X][:METRIC]. It is
// parsed as that of a condition.
static struct operand cell_of(const struct facts *f, const struct experiment *e, const char *text,
                              const char *metric)
{
    char name[64], condition[512];
    struct condition c;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, "."), text);
    const struct experiment *named =
        text[strlen(name)] == '.' ? experiment_find(f->experiments, f->count, name) : NULL;
    if (!named && !e)
        errx(1, "a slot must name its question: {%s}", text);
    snprintf(condition, sizeof condition, "%s:%s%s > 0", named ? named->stem : e->stem,
             named ? text + strlen(name) + 1 : text, metric);
    condition_parse(&c, condition, named ? named->path : e->path);
    return c.of;
}

static json_t *fill_derived(const struct facts *f, const struct experiment *e, const char *text)
{
    struct operand cell = cell_of(f, e, text, ":derived");
    const struct number *n = operand_number(f, &cell);
    if (!n || !number_is_sound(n))
        return NULL;
    return quantity_measured(experiment_find(f->experiments, f->count, cell.experiment), n);
}

// The measured object of a slot, without its braces; NULL if it has no sound number.
static json_t *fill_slot(const struct facts *f, const struct experiment *e, const char *text)
{
    if (strncmp(text, derived_mark, strlen(derived_mark)) == 0)
        return fill_derived(f, e, text + strlen(derived_mark));
    bool is_value = *text == '=' || *text == '#';
    struct operand cell = cell_of(f, e, text + is_value, "");
    const struct number *n = operand_number(f, &cell);
    if (!n || !number_is_sound(n) || (!is_value && !ratio_is_sound(f, n)))
        return NULL;
    json_t *measured = is_value ? json_value(n, metric_of(f, &cell)->unit) : json_ratio(n);
    if (*text == '#' && json_object_set_new(measured, "interval", json_string("")) < 0)
        made(NULL);
    return measured;
}

static void add_text(json_t *list, const char *text, size_t bytes)
{
    if (bytes)
        add(list, json_stringn(text, bytes));
}

json_t *answer_fill(const struct facts *f, const struct experiment *e, const char *text)
{
    json_t *list = made(json_array());
    for (const char *open; (open = strchr(text, '{'));) {
        char slot[256];
        const char *close = strchr(open, '}');
        if (!close || close - open > (long)sizeof slot)
            errx(1, "%s: no end of a slot: %s", e ? e->path : "report", open);
        add_text(list, text, (size_t)(open - text));
        snprintf(slot, sizeof slot, "%.*s", (int)(close - open - 1), open + 1);
        json_t *measured = fill_slot(f, e, slot);
        if (!measured) {
            json_decref(list);
            return NULL;
        }
        add(list, measured);
        text = close + 1;
    }
    add_text(list, text, strlen(text));
    return list;
}

char *rich_plain(const json_t *rich)
{
    struct prose p;
    prose_begin(&p);
    for (size_t i = 0; i < json_array_size(rich); i++) {
        const json_t *part = json_array_get(rich, i);
        const char *interval = json_string_value(json_object_get(part, "interval"));
        const char *text = json_is_string(part) ? json_string_value(part)
                                                : json_string_value(json_object_get(part, "text"));
        fputs(text ? text : "", p.to);
        if (interval && *interval)
            fprintf(p.to, " (%s)", interval);
    }
    return prose_end(&p);
}

// ---- the answer ---------------------------------------------------------------------------------

// The first `say` line that fits, or NULL. Sets whether conditions stand before it.
static json_t *say(const struct facts *f, const struct experiment *e, bool *has_conditions)
{
    bool fits = true;
    *has_conditions = false;
    for (size_t i = 0; i < e->lines; i++) {
        if (strcmp(e->keys[i], "say_if") == 0) {
            *has_conditions = true;
            fits = fits && holds(f, e->values[i], e->path);
        } else if (strcmp(e->keys[i], "say") == 0) {
            json_t *rich = fits ? answer_fill(f, e, e->values[i]) : NULL;
            if (rich)
                return rich;
            fits = true;
            *has_conditions = false;
        }
    }
    return NULL;
}

// Conditions that hold, and other numbers than doubted ones, decide.
static enum state state_of_saying(enum state state, bool has_conditions)
{
    return state == ALIKE || (state == OPEN && !has_conditions) ? state : DECIDED;
}

json_t *answer(const struct facts *f, const struct experiment *e, enum state *state)
{
    struct question q;
    const struct number *from;
    char text[SENTENCE_BYTES];
    bool has_conditions;
    question_read(&q, f, e);
    *state = state_of(&q, &from);
    json_t *rich = say(f, e, &has_conditions);
    if (rich) {
        *state = state_of_saying(*state, has_conditions);
    } else {
        words_of_state(*state, from, text);
        rich = made(json_pack("[s]", text));
    }
    question_free(&q);
    return rich;
}
