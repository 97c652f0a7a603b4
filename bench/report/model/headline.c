#include "bench/report/model/headline.h"

#include "bench/report/model/answer.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the question -------------------------------------------------------------------------------

static bool is_measured(const struct facts *f, const struct experiment *e)
{
    const char *metric = experiment_need(e, "metric");
    for (size_t i = 0; i < f->numbers_count && !facts_dropped(f, e->stem); i++)
        if (strcmp(f->numbers[i].experiment, e->stem) == 0 &&
            strcmp(f->numbers[i].metric, metric) == 0 && f->numbers[i].blocks > 0)
            return true;
    return false;
}

const struct experiment *headline_experiment(const struct facts *f)
{
    const struct experiment *other = &f->experiments[0];
    bool has_other = false;
    for (size_t i = 0; i < f->count; i++) {
        const struct experiment *e = &f->experiments[i];
        bool is_core = experiment_get(e, "core");
        if ((has_other && !is_core) || !is_measured(f, e))
            continue;
        if (is_core)
            return e;
        other = e;
        has_other = true;
    }
    return other;
}

// ---- the sentence -------------------------------------------------------------------------------

// Whether an answer is a sentence of its own, as "A process per connection costs ...". Others, as
// "Yes: ..." or "7.50 KiB with a process each ...", need their question before them.
static bool stands_alone(const char *text)
{
    return (strncmp(text, "A ", 2) == 0 || strncmp(text, "An ", 3) == 0) && !strchr(text, ':');
}

static void put_first(json_t *rich, json_t *text)
{
    if (json_array_insert_new(rich, 0, text) < 0)
        errx(1, "report.json: out of memory");
}

// "A process costs ..." -> "On this machine, a process costs ...".
static void begin_here(json_t *rich, const char *first)
{
    struct prose p;
    prose_begin(&p);
    fprintf(p.to, "On this machine, %c%s", tolower((unsigned char)*first), first + 1);
    json_array_remove(rich, 0);
    put_first(rich, prose_json(&p));
}

static void begin_with_question(json_t *rich, const char *question)
{
    struct prose p;
    prose_begin(&p);
    fprintf(p.to, "%s ", question ? question : "");
    put_first(rich, prose_json(&p));
}

static json_t *sentence_of(const struct facts *f, const struct experiment *e, enum state *state)
{
    json_t *rich = answer(f, e, state);
    const char *first = json_string_value(json_array_get(rich, 0));
    if ((*state == DECIDED || *state == ALIKE) && first && stands_alone(first))
        begin_here(rich, first);
    else
        begin_with_question(rich, experiment_get(e, "question"));
    return rich;
}

// ---- the line below it --------------------------------------------------------------------------

// A number of the load, if it is the same in all cells; else NULL.
static const char *fixed(const struct experiment *e, const char *key)
{
    return is_varied(e, key) ? NULL : experiment_get(e, key);
}

// "Short connections, 32 at a time, one 64-byte request each, over loopback. "
static void say_load(const struct experiment *e, FILE *to)
{
    const char *title = experiment_get(e, "title"), *connections = fixed(e, "connections"),
               *requests = fixed(e, "requests"), *bytes = fixed(e, "bytes");
    char count[FORMAT_BYTES];
    fputs(title ? title : e->stem, to);
    if (connections && requests && strcmp(requests, "0") != 0) {
        format_count(strtod(connections, NULL), count);
        fprintf(to, ", %s at a time", count);
    }
    if (requests && bytes && strcmp(requests, "1") == 0)
        fprintf(to, ", one %s-byte request each", bytes);
    fputs(strcmp(experiment_need(e, "type"), "time") == 0 ? ". " : ", over loopback. ", to);
}

static void say_run(const struct facts *f, FILE *to)
{
    json_t *machine = machine_section(f);
    const json_t *minutes = json_object_get(f->environment, "budget_minutes");
    char date[FORMAT_BYTES];
    format_date(facts_environment(f, "date"), date);
    fprintf(to, "%s. Run “%s”", json_string_value(json_object_get(machine, "short")), f->name);
    if (json_is_number(minutes))
        fprintf(to, ", %g%s", json_number_value(minutes),
                json_number_value(minutes) == 1 ? "\u00a0minute" : "\u00a0minutes");
    fprintf(to, "%s%s.", *date ? ", " : "", date);
    json_decref(machine);
}

static json_t *where(const struct facts *f, const struct experiment *e)
{
    struct prose p;
    prose_begin(&p);
    say_load(e, p.to);
    say_run(f, p.to);
    return prose_json(&p);
}

json_t *headline_section(const struct facts *f)
{
    const struct experiment *e = headline_experiment(f);
    enum state state;
    json_t *rich = sentence_of(f, e, &state);
    char *plain = rich_plain(rich);
    json_t *section =
        json_pack("{ss ss so ss so}", "experiment", e->stem, "state", state_names[state], "text",
                  rich, "plain", plain, "where", where(f, e));
    free(plain);
    return made(section);
}
