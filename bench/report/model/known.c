#include "bench/report/model/known.h"
#include "bench/base/checksum.h"
#include "bench/report/compare/lists.h"
#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/question.h"
#include "bench/report/model/section.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- what is compared ---------------------------------------------------------------------------

static const char *text_of(const json_t *environment, const char *name)
{
    const char *text = json_string_value(json_object_get(environment, name));
    return text && *text ? text : "-";
}

struct identity identity_of(const json_t *environment)
{
    struct identity id = {.machine_id = text_of(environment, "machine_id")};
    double bytes = json_number_value(json_object_get(environment, "memory_bytes"));
    snprintf(id.text, sizeof id.text, "%s; %s; %.0f; %.0f GiB; %s; %s",
             text_of(environment, "architecture"), text_of(environment, "cpu_model"),
             json_number_value(json_object_get(environment, "cpus_online")),
             round(bytes / (1 << 30)), text_of(environment, "virtualization"),
             text_of(environment, "kernel_release"));
    for (char *c = id.text; *c; c++)
        *c = *c == '\t' || *c == '\n' ? ' ' : *c; // it is a cell of a table
    return id;
}

bool is_one_machine(const struct identity *a, const struct identity *b)
{
    bool has_ids = strcmp(a->machine_id, "-") != 0 && strcmp(b->machine_id, "-") != 0;
    return strcmp(a->text, b->text) == 0 && (!has_ids || strcmp(a->machine_id, b->machine_id) == 0);
}

uint32_t question_meaning(const char *run_folder, const char *stem)
{
    char path[4096], *line = NULL, *text = NULL;
    size_t room = 0, bytes;
    snprintf(path, sizeof path, "%s/experiments/%s.conf", run_folder, stem);
    FILE *file = fopen(path, "re"), *memory = open_memstream(&text, &bytes);
    if (!file || !memory)
        err(1, "%s", path);
    while (getline(&line, &room, file) >= 0) {
        const char *key = strtok(line, " \t\n");
        if (!key || *key == '#' || changes_words_only(key))
            continue;
        for (; key; key = strtok(NULL, " \t\n"))
            fprintf(memory, "%s ", key);
        fputc('\n', memory);
    }
    if (ferror(file) || fclose(memory) == EOF)
        err(1, "%s", path);
    uint32_t meaning = crc32(text, bytes);
    fclose(file);
    free(line);
    free(text);
    return meaning;
}

// ---- the section --------------------------------------------------------------------------------

struct others {
    size_t count;
    double least, most;
};

static const char *cell(const struct facts *f, size_t row, const char *column)
{
    return table_text(&f->known, row, table_column(&f->known, column));
}

// The same ratio on the other machines.
static struct others others_of(const struct facts *f, const struct number *n,
                               const struct identity *here, const char *meaning)
{
    struct others o = {0, NAN, NAN};
    for (size_t row = 0; row < f->known.rows; row++) {
        struct identity id = {.machine_id = cell(f, row, "machine_id")};
        snprintf(id.text, sizeof id.text, "%s", cell(f, row, "identity"));
        if (strcmp(cell(f, row, "experiment"), n->experiment) != 0 ||
            strcmp(cell(f, row, "meaning"), meaning) != 0 ||
            strcmp(cell(f, row, "model"), n->model) != 0 || strcmp(cell(f, row, "x"), n->x) != 0 ||
            is_one_machine(&id, here))
            continue;
        double ratio = table_number(&f->known, row, table_column(&f->known, "ratio"));
        o.least = fmin(ratio, o.least);
        o.most = fmax(ratio, o.most);
        o.count++;
    }
    return o;
}

// "4.6× to 43×", or one of them if they read the same.
static json_t *range(const struct others *o)
{
    char least[FORMAT_BYTES], most[FORMAT_BYTES];
    format_ratio(o->least, least);
    format_ratio(o->most, most);
    return made(strcmp(least, most) == 0 ? json_string(least)
                                         : json_sprintf("%s to %s", least, most));
}

// "fork ÷ epoll: 6.3× here; 4.6× to 43× on the 3 other machines known."
static json_t *row(const struct question *q, const struct number *n, const struct others *o)
{
    char here[FORMAT_BYTES], spot[SPOT_BYTES];
    json_t *there = range(o);
    struct prose p;
    question_spot(q, n->x, spot);
    format_ratio(n->ratio, here);
    prose_begin(&p);
    fprintf(p.to, "%s ÷ %s%s%s: %s here; %s on the ", n->model, n->baseline, *spot ? " " : "", spot,
            here, json_string_value(there));
    if (o->count == 1)
        fputs("one other machine known.", p.to);
    else
        fprintf(p.to, "%zu other machines known.", o->count);
    json_decref(there);
    return json_pack("{ss ss ss sI sf sf so}", "experiment", n->experiment, "model", n->model, "x",
                     n->x, "machines", (json_int_t)o->count, "least", o->least, "most", o->most,
                     "text", prose_json(&p));
}

static void add_question(const struct facts *f, const struct experiment *e, json_t *list)
{
    struct question q;
    const struct number **cells;
    const struct identity here = identity_of(f->environment);
    char meaning[16];
    snprintf(meaning, sizeof meaning, "%08x", question_meaning(f->folder, e->stem));
    question_read(&q, f, e);
    size_t count = question_headline(&q, &cells);
    for (size_t i = 0; i < count; i++) {
        struct others o = others_of(f, cells[i], &here, meaning);
        if (o.count > 0 && ratio_is_sound(f, cells[i]))
            add(list, row(&q, cells[i], &o));
    }
    free(cells);
    question_free(&q);
}

json_t *known_section(const struct facts *f)
{
    json_t *list = made(json_array());
    for (size_t i = 0; i < f->count && f->known.rows > 0; i++)
        if (!facts_dropped(f, f->experiments[i].stem))
            add_question(f, &f->experiments[i], list);
    return list;
}
