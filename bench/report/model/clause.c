#include "bench/report/model/clause.h"
#include "bench/report/model/load_words.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// ---- names --------------------------------------------------------------------------------------

// A cost is said as "a connection costs the fork server ...", everything else as a quantity.
static bool is_cost(const struct metric *m)
{
    return *m->per && strcmp(m->unit, "µs") == 0;
}

static const char *per_of(const struct question *q)
{
    const char *per = experiment_get(q->e, "per");
    return per ? per : q->metric->per;
}

static bool are_servers(const struct question *q)
{
    return strcmp(experiment_need(q->e, "type"), "time") != 0;
}

// The user chose the name of the user's own server: it need not go before a noun ("mine").
static void say_model(const struct question *q, const struct number *n, FILE *to)
{
    bool is_own = strcmp(n->family, "foreign") == 0;
    fprintf(to, !are_servers(q) ? "%s" : is_own ? "the server “%s”" : "the %s server", n->model);
}

// "server CPU per connection"; a rate is "rate of connections", because a plural needs "are".
static void say_quantity(const struct question *q, FILE *to)
{
    static const char plural[] = " per second";
    const char *label = q->metric->label, *end = strstr(label, plural);
    const char *per = is_cost(q->metric) ? per_of(q) : q->metric->per;
    if (end && !end[strlen(plural)])
        fprintf(to, "rate of %.*s", (int)(end - label), label);
    else
        fputs(label, to);
    if (*per)
        fprintf(to, " per %s", per);
}

void clause_title(const struct question *q, const struct metric *m, char text[SPOT_BYTES])
{
    const char *per = strcmp(m->per, "operation") == 0 ? per_of(q) : m->per;
    bool is_closed = m->metric_class & (LATENCIES | MEDIANS) && !is_open(q);
    snprintf(text, SPOT_BYTES, "%s%s%s%s", m->label, *per ? " per " : "", per,
             is_closed ? ", closed loop" : "");
    *text = (char)toupper((unsigned char)*text);
}

// ---- numbers ------------------------------------------------------------------------------------

static void say_number(const char *text, const char *interval, FILE *to)
{
    fputs(text, to);
    if (*interval)
        fprintf(to, " (%s)", interval);
}

static void say_value(const struct question *q, const struct number *n, FILE *to)
{
    char value[FORMAT_BYTES], interval[FORMAT_BYTES];
    format_value(n->value, q->metric->unit, value);
    format_interval(n->value, n->low, n->high, q->metric->unit, interval);
    say_number(value, interval, to);
}

static void say_ratio(const struct number *n, FILE *to)
{
    char value[FORMAT_BYTES], interval[FORMAT_BYTES];
    format_ratio(n->ratio, value);
    format_ratio_interval(n->ratio, n->ratio_low, n->ratio_high, interval);
    say_number(value, interval, to);
}

// ": 153 µs against 22.5 µs".
static void say_both(const struct question *q, const struct number *n, FILE *to)
{
    char value[FORMAT_BYTES], base[FORMAT_BYTES];
    format_value(n->value, q->metric->unit, value);
    format_value(baseline_number(q->f, n)->value, q->metric->unit, base);
    fprintf(to, ": %s against %s", value, base);
}

// ---- the clause ---------------------------------------------------------------------------------

// "a connection costs the fork server ", or "the rate of connections with the fork server is ".
static void say_subject(const struct question *q, const struct number *n, FILE *to)
{
    const char *per = per_of(q);
    if (!is_cost(q->metric)) {
        fputs("the ", to);
        say_quantity(q, to);
        fputs(" with ", to);
        say_model(q, n, to);
        fputs(" is ", to);
        return;
    }
    fprintf(to, "%s %s ", strchr("aeiou", *per) ? "an" : "a", per);
    fputs(are_servers(q) ? "costs " : "with ", to);
    say_model(q, n, to);
    fputs(are_servers(q) ? " " : " costs ", to);
}

// Without a ratio, as for counts that are 0: both values.
static void say_values(const struct question *q, const struct number *n, FILE *to)
{
    const struct number *base = baseline_number(q->f, n);
    say_subject(q, n, to);
    say_value(q, n, to);
    if (!base)
        return;
    fputs(", against ", to);
    say_value(q, base, to);
    fputs(" with ", to);
    say_model(q, base, to);
}

static void say_difference(const struct question *q, const struct number *n, FILE *to)
{
    say_subject(q, n, to);
    say_ratio(n, to);
    if (is_cost(q->metric))
        fprintf(to, " the %s of %s", q->metric->label, n->baseline);
    else
        fprintf(to, " that with %s", n->baseline);
}

static void say_no_difference(const struct question *q, const struct number *n, FILE *to)
{
    bool is_same = strcmp(n->verdict, "same") == 0;
    fputs(is_same ? "" : "it is undecided whether ", to);
    say_model(q, n, to);
    fprintf(to, is_same ? " and %s are about the same, within 10 %%, in " : " and %s differ in ",
            n->baseline);
    say_quantity(q, to);
    fputs(": ratio ", to);
    say_ratio(n, to);
}

static void say_clause(const struct question *q, const struct number *n, FILE *to)
{
    char spot[SPOT_BYTES], need[FORMAT_BYTES];
    question_spot(q, n->x, spot);
    fprintf(to, "%s%s", spot, *spot ? " " : "");
    if (isnan(n->ratio)) {
        say_values(q, n, to);
        return;
    }
    if (strcmp(n->verdict, "different") == 0)
        say_difference(q, n, to);
    else
        say_no_difference(q, n, to);
    say_both(q, n, to);
    format_need(n->blocks_needed, n->minutes, need);
    if (strcmp(n->verdict, "undecided") == 0 && *need)
        fprintf(to, " (it takes %s to decide it)", need);
}

// ---- what must not be cited ---------------------------------------------------------------------

// Writes why not; nothing if it can be cited.
static void say_refusal(const struct question *q, const struct number *n, FILE *to)
{
    const struct number *base = baseline_number(q->f, n);
    if (strncmp(n->note, "skipped: ", strlen("skipped: ")) == 0)
        fputs("it could not run on that machine", to);
    else if (strcmp(n->validity, "valid") != 0 || isnan(n->value))
        fprintf(to, "%s: %s", n->validity, n->note);
    else if (isnan(n->low))
        fprintf(to, "too few blocks for an interval: %zu", n->blocks);
    else if (is_baseline(n))
        fputs("it is the baseline", to);
    else if (base && strcmp(base->validity, "valid") != 0)
        fprintf(to, "its baseline %s is %s: %s", n->baseline, base->validity, base->note);
    else if (isnan(n->ratio) && is_cost(q->metric))
        fprintf(to, "there is no ratio to %s", n->baseline);
}

static json_t *prose_or_null(struct prose *p)
{
    char *text = prose_end(p);
    json_t *json = *text ? made(json_string(text)) : json_null();
    free(text);
    return json;
}

json_t *clause_of(const struct question *q, const struct number *n)
{
    struct prose id, text, refusal;
    prose_begin(&id);
    prose_begin(&text);
    prose_begin(&refusal);
    bool has_x = strcmp(n->x, "-") != 0;
    fprintf(id.to, "%s.%s%s%s", q->e->stem, n->model, has_x ? "@" : "", has_x ? n->x : "");
    say_refusal(q, n, refusal.to);
    if (ftell(refusal.to) == 0)
        say_clause(q, n, text.to);
    return made(json_pack("{s:o, s:o, s:I, s:o}", "id", prose_json(&id), "text",
                          prose_or_null(&text), "blocks", (json_int_t)n->blocks, "refused",
                          prose_or_null(&refusal)));
}
