// The claims, over the machines: each holds everywhere, depends on the machine, fails everywhere,
// or is undecided.
//
// What a machine says is its own verdict, with all its corrections. Of several runs of a machine
// those that decide count; if they contradict each other, it is undecided. A claim that compares
// things that are about the same fails: the difference that it speaks of is not there.
#include "bench/base/memory.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/pool/sections.h"

#include <stdlib.h>
#include <string.h>

enum verdict_over { HOLDS_EVERYWHERE, DEPENDS, FAILS_EVERYWHERE, OPEN, VERDICTS_OVER };

static const char *const names[VERDICTS_OVER] = {"holds", "depends", "fails", "undecided"};
// Of claims that several machines measured, and that one did.
static const char *const phrases[2][VERDICTS_OVER] = {
    {"✓ holds everywhere", "≠ depends on the machine", "✗ fails everywhere", "? undecided"},
    {"✓ holds on one machine", NULL, "✗ fails on one machine", "? undecided"},
};

enum said { NOTHING, SAYS_UNDECIDED, SAYS_HOLDS, SAYS_FAILS }; // by a machine

struct claim_over {
    const char *id, *theme;
    const json_t *first; // in the first report that has it
    json_t **in;         // in each run, or NULL
};

// ---- what is claimed ----------------------------------------------------------------------------

static bool is_same_claim(const json_t *a, const json_t *b)
{
    const json_t *left = json_object_get(a, "conditions"),
                 *right = json_object_get(b, "conditions");
    if (json_array_size(left) != json_array_size(right))
        return false;
    for (size_t i = 0; i < json_array_size(left); i++)
        if (!json_equal(json_object_get(json_array_get(left, i), "condition"),
                        json_object_get(json_array_get(right, i), "condition")))
            return false;
    return true;
}

// Whether all questions that it rests on are pooled.
static bool has_questions(const struct pool *p, const json_t *claim)
{
    const json_t *conditions = json_object_get(claim, "conditions");
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *id = json_object_get(json_array_get(conditions, i), "experiment");
        bool is_there = false;
        for (size_t k = 0; k < json_array_size(p->order); k++)
            is_there |= json_equal(json_array_get(p->order, k), id);
        if (!is_there)
            return false;
    }
    return true;
}

struct claims_read {
    struct claim_over *all;
    size_t count;
    json_t *left_out;
};

static void read_claim(const struct pool *p, struct claims_read *c, size_t run, json_t *claim,
                       const char *theme)
{
    const char *id = known_text(claim, "id");
    size_t i = 0;
    while (i < c->count && strcmp(c->all[i].id, id) != 0)
        i++;
    if (i == c->count) {
        c->all = memory_one_more(c->all, c->count, sizeof *c->all);
        c->all[c->count++] = (struct claim_over){.id = id,
                                                 .theme = theme,
                                                 .first = claim,
                                                 .in = memory_for(p->runs, sizeof *c->all->in)};
    }
    if (!c->all[i].theme)
        c->all[i].theme = theme;
    c->all[i].in[run] = claim;
}

static void read_claims(const struct pool *p, struct claims_read *c)
{
    for (size_t run = 0; run < p->runs; run++) {
        size_t i, k;
        json_t *theme, *claim, *claims = json_object_get(p->reports[run], "claims");
        json_array_foreach(json_object_get(claims, "themes"), i, theme)
        {
            json_array_foreach(json_object_get(theme, "claims"), k, claim)
            {
                read_claim(p, c, run, claim, known_text(theme, "title"));
            }
        }
        json_array_foreach(json_object_get(claims, "undecided"), i, claim)
        {
            read_claim(p, c, run, claim, NULL);
        }
    }
}

// Why a claim is left out: a new string, or NULL.
static json_t *reason_against(const struct pool *p, const struct claim_over *claim)
{
    for (size_t run = 0; run < p->runs; run++)
        if (claim->in[run] && !is_same_claim(claim->first, claim->in[run]))
            return json_sprintf("%s: its conditions differ between the runs", claim->id);
    if (!has_questions(p, claim->first))
        return json_sprintf("%s: a question that it rests on is left out", claim->id);
    return NULL;
}

// ---- verdicts -----------------------------------------------------------------------------------

static enum said said_by_run(const json_t *claim)
{
    const char *verdict = claim ? known_text(claim, "verdict") : "not_measured";
    if (strcmp(verdict, "holds") == 0)
        return SAYS_HOLDS;
    if (strcmp(verdict, "does_not_hold") == 0 || strcmp(verdict, "same") == 0)
        return SAYS_FAILS;
    return strcmp(verdict, "undecided") == 0 ? SAYS_UNDECIDED : NOTHING;
}

static enum said said_by(const struct pool *p, const struct claim_over *claim, size_t machine)
{
    size_t count[SAYS_FAILS + 1] = {0};
    for (size_t run = 0; run < p->runs; run++)
        if (p->machine[run] == machine)
            count[said_by_run(claim->in[run])]++;
    if (count[SAYS_HOLDS] && count[SAYS_FAILS])
        return SAYS_UNDECIDED;
    return count[SAYS_HOLDS]       ? SAYS_HOLDS
           : count[SAYS_FAILS]     ? SAYS_FAILS
           : count[SAYS_UNDECIDED] ? SAYS_UNDECIDED
                                   : NOTHING;
}

static enum verdict_over verdict_over(const struct pool *p, const struct claim_over *claim)
{
    size_t count[SAYS_FAILS + 1] = {0};
    for (size_t machine = 0; machine < p->machines; machine++)
        count[said_by(p, claim, machine)]++;
    if (count[SAYS_HOLDS] && count[SAYS_FAILS])
        return DEPENDS;
    if (count[SAYS_UNDECIDED])
        return OPEN;
    return count[SAYS_HOLDS] ? HOLDS_EVERYWHERE : FAILS_EVERYWHERE;
}

// " Holds on A, C." for the machines that say so; nothing without any.
static void say_on(const struct pool *p, const struct claim_over *claim, enum said said,
                   const char *phrase, FILE *to)
{
    bool is_first = true;
    for (size_t machine = 0; machine < p->machines; machine++) {
        if (said_by(p, claim, machine) != said)
            continue;
        fprintf(to, "%s%s", is_first ? phrase : ", ", machine_letter(machine));
        is_first = false;
    }
    fputs(is_first ? "" : ".", to);
}

static json_t *where(const struct pool *p, const struct claim_over *claim)
{
    struct prose prose;
    prose_begin(&prose);
    say_on(p, claim, SAYS_HOLDS, "Holds on ", prose.to);
    say_on(p, claim, SAYS_FAILS, " Fails on ", prose.to);
    say_on(p, claim, SAYS_UNDECIDED, " Undecided on ", prose.to);
    say_on(p, claim, NOTHING, " Not measured on ", prose.to);
    char *text = prose_end(&prose);
    json_t *string = json_string(text + (*text == ' '));
    free(text);
    return made(string);
}

// ---- conditions ---------------------------------------------------------------------------------

static const json_t *condition_in(const struct claim_over *claim, size_t run, size_t i)
{
    return json_array_get(json_object_get(claim->in[run], "conditions"), i);
}

// The value on each machine: of its first run that has one.
static json_t *values(const struct pool *p, const struct claim_over *claim, size_t i)
{
    json_t *list = made(json_array());
    for (size_t machine = 0; machine < p->machines; machine++) {
        const char *text = "";
        for (size_t run = 0; run < p->runs && !*text; run++)
            if (p->machine[run] == machine && claim->in[run]) {
                const json_t *value = json_object_get(condition_in(claim, run, i), "value_text");
                text = json_is_string(value) ? json_string_value(value) : "";
            }
        add(list, json_string(text));
    }
    return list;
}

// Only ratios are pooled: a count or a percentage may be 0.
static json_t *across_condition(const struct pool *p, const struct claim_over *claim, size_t i)
{
    struct ratio *by_run = memory_for(p->runs, sizeof *by_run);
    bool is_ratio = true;
    for (size_t run = 0; run < p->runs; run++) {
        const json_t *measured = json_object_get(condition_in(claim, run, i), "measured");
        if (!json_is_object(measured))
            continue;
        by_run[run] = ratio_of_measured(measured);
        is_ratio &= strcmp(known_text(measured, "unit"), "ratio") == 0;
    }
    struct across a = across_machines(p, by_run);
    json_t *object = is_ratio ? across_json(p, &a) : made(json_null());
    across_free(&a);
    free(by_run);
    return object;
}

static json_t *conditions(const struct pool *p, const struct claim_over *claim)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < json_array_size(json_object_get(claim->first, "conditions")); i++) {
        const json_t *first = json_array_get(json_object_get(claim->first, "conditions"), i);
        add(list, json_pack("{ss ss ss ss so so}", "compares", known_text(first, "compares"),
                            "condition", known_text(first, "condition"), "bound_text",
                            known_text(first, "bound_text"), "side", known_text(first, "side"),
                            "values", values(p, claim, i), "over", across_condition(p, claim, i)));
    }
    return list;
}

// ---- the whole ----------------------------------------------------------------------------------

// Whether a single machine measured it.
static bool is_of_one(const struct pool *p, const struct claim_over *claim)
{
    size_t measured = 0;
    for (size_t machine = 0; machine < p->machines; machine++)
        measured += said_by(p, claim, machine) != NOTHING;
    return measured == 1;
}

static json_t *claim_json(const struct pool *p, const struct claim_over *claim)
{
    static const char *const said_names[] = {NULL, "undecided", "holds", "fails"};
    enum verdict_over verdict = verdict_over(p, claim);
    json_t *machines = made(json_array());
    for (size_t machine = 0; machine < p->machines; machine++) {
        const char *said = said_names[said_by(p, claim, machine)];
        add(machines, said ? json_string(said) : json_null());
    }
    return json_pack("{ss ss ss ss ss ss so so so}", "id", claim->id, "sentence",
                     known_text(claim->first, "sentence"), "source",
                     known_text(claim->first, "source"), "theme",
                     claim->theme ? claim->theme : "Undecided", "verdict", names[verdict],
                     "verdict_text", phrases[is_of_one(p, claim)][verdict], "where",
                     where(p, claim), "machines", machines, "conditions", conditions(p, claim));
}

json_t *claims_of_pool(const struct pool *p)
{
    struct claims_read c = {.left_out = made(json_array())};
    size_t count[VERDICTS_OVER] = {0}, of_one = 0;
    json_t *list = made(json_array());
    read_claims(p, &c);
    for (size_t i = 0; i < c.count; i++) {
        json_t *reason = reason_against(p, &c.all[i]);
        if (reason)
            add(c.left_out, reason);
    }
    // Those that depend on the machine first: they are what one run cannot show.
    static const enum verdict_over order[] = {DEPENDS, FAILS_EVERYWHERE, HOLDS_EVERYWHERE, OPEN};
    for (size_t v = 0; v < VERDICTS_OVER; v++)
        for (size_t i = 0; i < c.count; i++) {
            json_t *reason = reason_against(p, &c.all[i]);
            if (!reason && verdict_over(p, &c.all[i]) == order[v]) {
                add(list, claim_json(p, &c.all[i]));
                count[order[v]]++;
                of_one += is_of_one(p, &c.all[i]);
            }
            json_decref(reason);
        }
    for (size_t i = 0; i < c.count; i++)
        free(c.all[i].in);
    free(c.all);
    return made(json_pack("{s{sI sI sI sI sI} so so}", "counts", "holds",
                          (json_int_t)count[HOLDS_EVERYWHERE], "depends",
                          (json_int_t)count[DEPENDS], "fails", (json_int_t)count[FAILS_EVERYWHERE],
                          "undecided", (json_int_t)count[OPEN], "of_one", (json_int_t)of_one,
                          "claims", list, "left_out", c.left_out));
}
