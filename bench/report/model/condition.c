#include "bench/report/model/condition.h"

#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/position.h"

#include <ctype.h>
#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *const verdict_names[VERDICTS] = {[HOLDS] = "holds",
                                             [UNDECIDED] = "undecided",
                                             [NOT_MEASURED] = "not_measured",
                                             [SAME] = "same",
                                             [DOES_NOT_HOLD] = "does_not_hold"};

const char *verdicts_text(const struct facts *f, size_t row, const char *column)
{
    return table_text(&f->verdicts, row, table_column(&f->verdicts, column));
}

double verdicts_number(const struct facts *f, size_t row, const char *column)
{
    return table_number(&f->verdicts, row, table_column(&f->verdicts, column));
}

double same_within(const struct facts *f, size_t row)
{
    return fmax(1, ceil(verdicts_number(f, row, "same_within")));
}

enum verdict verdict_at(const struct facts *f, size_t row, const char *column)
{
    const char *word = verdicts_text(f, row, column);
    for (int v = HOLDS; v < VERDICTS; v++)
        if (strcmp(verdict_words[v], word) == 0)
            return (enum verdict)v;
    errx(1, "%s: '%s' is no verdict (make report RUN=%s)", f->verdicts.path, word, f->name);
}

// ---- why a condition has no verdict, and what would decide it -----------------------------------

// "About 60 blocks, 3 minutes, would decide it; this run had 9."
static void say_need(const struct facts *f, size_t row, const char *bound, char *to, size_t room)
{
    char need[FORMAT_BYTES];
    format_need(verdicts_number(f, row, "blocks_needed"), verdicts_number(f, row, "minutes"), need);
    if (!*need) {
        snprintf(to, room, "The estimate is too close to %s to decide by running longer.", bound);
        return;
    }
    need[0] = (char)toupper((unsigned char)need[0]);
    snprintf(to, room, "%s%s would decide it; this run had %s.", need, strchr(need, ',') ? "," : "",
             verdicts_text(f, row, "blocks"));
}

static void say_straddles(const struct facts *f, size_t row, struct condition_shown *c)
{
    char *to = c->reason_text;
    int used = 0;
    bool is_inside = c->low <= c->parsed.bound && c->high >= c->parsed.bound;
    c->reason = is_inside ? "straddles" : "holm";
    if (is_inside)
        used = snprintf(to, SENTENCE_BYTES, "The interval includes %s. ", c->bound);
    else
        used = snprintf(
            to, SENTENCE_BYTES,
            "Outside %s alone, but not after correction for %s comparisons (p = %.2g). ", c->bound,
            verdicts_text(f, row, "comparisons"), verdicts_number(f, row, "p_holm"));
    say_need(f, row, c->bound, to + used, SENTENCE_BYTES - (size_t)used);
}

const struct number *operand_number(const struct facts *f, const struct operand *o)
{
    const struct experiment *e = experiment_find(f->experiments, f->count, o->experiment);
    if (!e || !*o->model)
        return NULL;
    return facts_number(f, e->stem, *o->metric ? o->metric : experiment_headline_metric(e)->name,
                        o->model, o->x);
}

static void say_few(struct condition_shown *c, size_t blocks)
{
    c->reason = "few";
    snprintf(c->reason_text, SENTENCE_BYTES,
             "%zu %s, %d are needed for an interval. A longer run decides it.", blocks,
             blocks == 1 ? "block" : "blocks", ESTIMATE_MIN_N);
}

static bool is_of_client(const char *note)
{
    return strncmp(note, "client-bound", strlen("client-bound")) == 0 ||
           strncmp(note, "capacity-of-client", strlen("capacity-of-client")) == 0;
}

// One of the numbers is not valid. note: of verdicts.tsv, where the number is not known.
static void say_unsound(const struct facts *f, const char *note, struct condition_shown *c)
{
    const struct number *n = operand_number(f, &c->parsed.of);
    if (!n || strcmp(n->validity, "valid") == 0)
        n = operand_number(f, &c->parsed.to);
    c->reason = "suspect";
    if (!n) {
        snprintf(c->reason_text, SENTENCE_BYTES, "No verdict: %s.", note);
    } else if (is_of_client(n->note)) {
        c->reason = "client_bound";
        snprintf(c->reason_text, SENTENCE_BYTES,
                 "The client was the limit, not the server. A faster client or a second machine "
                 "would decide it.");
    } else if (strcmp(n->note, "too-few-samples") == 0 && n->blocks < ESTIMATE_MIN_N) {
        say_few(c, n->blocks);
    } else {
        json_t *why = made(note_reason(n));
        snprintf(c->reason_text, SENTENCE_BYTES, "%s is %s. %s%s", n->model, n->validity,
                 json_string_value(why),
                 strcmp(n->validity, "suspect") == 0 ? " A quieter machine may decide it." : "");
        json_decref(why);
    }
}

static void explain(const struct facts *f, size_t row, struct condition_shown *c)
{
    c->reason = "none";
    *c->reason_text = '\0';
    if (c->verdict == NOT_MEASURED) {
        c->reason = "not_measured";
        snprintf(c->reason_text, SENTENCE_BYTES, "Not measured in this run.");
    } else if (c->verdict == SAME) {
        c->reason = "same";
        snprintf(c->reason_text, SENTENCE_BYTES,
                 "About the same: the 90 %% CI is within %.0f %% of %s.", same_within(f, row),
                 c->bound);
    } else if (c->verdict == UNDECIDED && isnan(c->value)) {
        say_unsound(f, verdicts_text(f, row, "note"), c);
    } else if (c->verdict == UNDECIDED && isnan(c->low)) {
        say_few(c, (size_t)verdicts_number(f, row, "blocks"));
    } else if (c->verdict == UNDECIDED) {
        say_straddles(f, row, c);
    }
}

// ---- conditions ---------------------------------------------------------------------------------

static const char *unit_of(const struct facts *f, size_t row)
{
    const char *what = verdicts_text(f, row, "what"), *unit = verdicts_text(f, row, "unit");
    const struct metric *metric = metric_named(what);
    if (strcmp(what, "ratio") == 0)
        return "ratio";
    return strcmp(unit, "-") != 0 ? unit : metric ? metric->unit : "";
}

// The bound as its author wrote it: "1.25×", "95 %".
static void print_bound(const struct facts *f, size_t row, struct condition_shown *c)
{
    const char *number = strrchr(verdicts_text(f, row, "condition"), ' ') + 1;
    if (strcmp(c->unit, "ratio") == 0)
        snprintf(c->bound, sizeof c->bound, "%s×", number);
    else
        snprintf(c->bound, sizeof c->bound, "%s%s%s", number, *c->unit ? "\u00a0" : "", c->unit);
}

void condition_read(const struct facts *f, size_t row, struct condition_shown *c)
{
    *c = (struct condition_shown){.verdict = verdict_at(f, row, "condition_verdict"),
                                  .value = verdicts_number(f, row, "value"),
                                  .low = verdicts_number(f, row, "low"),
                                  .high = verdicts_number(f, row, "high"),
                                  .unit = unit_of(f, row)};
    condition_parse(&c->parsed, verdicts_text(f, row, "condition"), verdicts_text(f, row, "claim"));
    print_bound(f, row, c);
    explain(f, row, c);
}

static const char *side_of(const struct condition *c)
{
    return c->comparison == '<' ? "less" : c->comparison == '>' ? "more" : "equal";
}

static json_t *strip(const struct condition_shown *c)
{
    struct strip s;
    if (c->parsed.comparison == '=' || !strip_of(c->value, c->low, c->high, c->parsed.bound, &s))
        return made(json_null());
    return made(json_pack("{s:f, s:f, s:f, s:o}", "at", s.at, "left", s.left, "right", s.right,
                          "off", text_or_null(s.off ? s.off : "")));
}

// "6.6×", "100 %", "0 of 15".
static void print_value(const struct experiment *claim, const struct condition_shown *c,
                        const json_t *measured, char to[FORMAT_BYTES])
{
    const char *value = json_string_value(json_object_get(measured, "text")),
               *of = *c->unit ? NULL : experiment_get(claim, "of");
    snprintf(to, FORMAT_BYTES, "%s%s%s", value ? value : "", value && of ? " of " : "",
             value && of ? of : "");
}

json_t *condition_json(const struct facts *f, const struct experiment *claim, size_t row,
                       size_t which)
{
    struct condition_shown c;
    condition_read(f, row, &c);
    const char *compares = facts_nth(claim, "compares", which);
    size_t blocks = (size_t)verdicts_number(f, row, "blocks");
    char value[FORMAT_BYTES];
    json_t *measured =
        made(isnan(c.value) ? json_null()
                            : json_measured(c.value, c.low, c.high, c.unit, "valid", blocks));
    print_value(claim, &c, measured, value);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:s, s:o, s:I, s:o, s:o}",
                     "compares", compares ? compares : verdicts_text(f, row, "condition"),
                     "condition", verdicts_text(f, row, "condition"), "experiment",
                     verdicts_text(f, row, "plot"), "verdict", verdict_names[c.verdict], "measured",
                     measured, "value_text", value, "bound_text", c.bound, "side",
                     side_of(&c.parsed), "strip", strip(&c), "reason", c.reason, "reason_text",
                     text_or_null(c.reason_text), "blocks", (json_int_t)blocks, "blocks_needed",
                     real_or_null(verdicts_number(f, row, "blocks_needed")), "minutes",
                     real_or_null(verdicts_number(f, row, "minutes")));
}
