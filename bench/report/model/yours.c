#include "bench/analyse/estimates.h"
#include "bench/report/model/clause.h"
#include "bench/report/model/footing.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- what was found in a question ---------------------------------------------------------------

// " Compared with fork: 0.47× (0.45–0.49).", paired within blocks; nothing if fork is the baseline,
// or there is no such ratio.
static void say_fork(const struct question *q, const struct number *n, FILE *to)
{
    static const char fork_model[] = "fork";
    const struct number *fork_number = question_number(q, fork_model, n->x);
    char value[FORMAT_BYTES], interval[FORMAT_BYTES];
    if (strcmp(n->baseline, fork_model) == 0 || !number_is_sound(n) ||
        !number_is_sound(fork_number))
        return;
    struct cell own = {n->experiment, n->model, n->x}, base = {n->experiment, fork_model, n->x};
    struct estimate ratio = ratio_of(&q->f->run, &own, &base, q->metric, RESAMPLES);
    if (isnan(ratio.low))
        return;
    format_ratio(ratio.value, value);
    format_ratio_interval(ratio.value, ratio.low, ratio.high, interval);
    fprintf(to, *interval ? " Compared with fork: %s (%s)." : " Compared with fork: %s.", value,
            interval);
}

// A clause as a sentence, and the ratio to fork; null if there is no number that can be cited.
static json_t *sentence_of(const struct question *q, const struct number *n)
{
    struct prose p;
    json_t *clause = clause_of(q, n);
    const char *text = json_string_value(json_object_get(clause, "text"));
    json_t *sentence = json_null();
    if (text && *text) {
        prose_begin(&p);
        fprintf(p.to, "%c%s.", toupper((unsigned char)*text), text + 1);
        say_fork(q, n, p.to);
        sentence = prose_json(&p);
    }
    json_decref(clause);
    return sentence;
}

static void add_findings(const struct facts *f, const struct experiment *e, const char *server,
                         json_t *list)
{
    struct question q;
    question_read(&q, f, e);
    for (size_t x = 0; x < q.xs_count; x++) {
        const struct number *n = question_number(&q, server, q.xs[x]);
        char spot[SPOT_BYTES];
        if (!n || strncmp(n->note, "skipped: ", strlen("skipped: ")) == 0)
            continue;
        question_spot(&q, n->x, spot);
        add(list,
            json_pack("{ss ss ss so so}", "question", e->stem, "title", question_words(&q, "title"),
                      "spot", spot, "text", sentence_of(&q, n), "reason", note_reason(n)));
    }
    question_free(&q);
}

// ---- a server -----------------------------------------------------------------------------------

static const char *status_of(const struct facts *f, const char *server)
{
    const struct table *t = &f->models;
    size_t name = table_column(t, "name"), status = table_column(t, "status");
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, name), server) == 0)
            return table_text(t, row, status);
    return "in no question of this run";
}

// Null: as the others, or not known.
static json_t *footing_of(const struct facts *f, const char *server)
{
    struct prose p;
    prose_begin(&p);
    footing_say(f, server, p.to);
    char *text = prose_end(&p);
    json_t *json = *text ? made(json_string(text)) : json_null();
    free(text);
    return json;
}

static json_t *server_of(const struct facts *f, const struct experiment *conf)
{
    json_t *findings = made(json_array());
    for (size_t i = 0; i < f->count; i++)
        add_findings(f, &f->experiments[i], conf->stem, findings);
    return json_pack("{ss ss ss so so}", "name", conf->stem, "command",
                     experiment_need(conf, "run"), "status", status_of(f, conf->stem), "footing",
                     footing_of(f, conf->stem), "findings", findings);
}

// Those of the suite have a language.
json_t *yours_section(const struct facts *f)
{
    json_t *list = made(json_array());
    char pattern[4200];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/foreign/*.conf", f->folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        return list;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct experiment conf;
        conf_read(FOREIGN, found.gl_pathv[i], &conf);
        if (!experiment_get(&conf, "language"))
            add(list, server_of(f, &conf));
        conf_free(&conf);
    }
    globfree(&found);
    return list;
}
