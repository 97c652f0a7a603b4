#include "bench/report/model/clause.h"
#include "bench/report/model/made.h"
#include "bench/report/model/notes.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/section.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- what was found in a question ---------------------------------------------------------------

// A clause as a sentence; null if there is no number that can be cited.
static json_t *sentence_of(const struct question *q, const struct number *n)
{
    struct prose p;
    json_t *clause = clause_of(q, n);
    const char *text = json_string_value(json_object_get(clause, "text"));
    json_t *sentence = json_null();
    if (text && *text) {
        prose_begin(&p);
        fprintf(p.to, "%c%s.", toupper((unsigned char)*text), text + 1);
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

static json_t *server_of(const struct facts *f, const struct experiment *conf)
{
    json_t *findings = made(json_array());
    for (size_t i = 0; i < f->count; i++)
        add_findings(f, &f->experiments[i], conf->stem, findings);
    return json_pack("{ss ss ss so}", "name", conf->stem, "command", experiment_need(conf, "run"),
                     "status", status_of(f, conf->stem), "findings", findings);
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
