#include "bench/report/model/notes.h"
#include "bench/base/memory.h"
#include "bench/report/model/footing.h"
#include "bench/report/model/made.h"
#include "bench/report/model/prose.h"
#include "bench/report/model/words.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char skipped[] = "skipped: ", no_trial[] = "no valid trial: ";

// ---- reasons ------------------------------------------------------------------------------------

// Codes separated by ';'; what follows a ": " is the status of a trial.
static void say_codes(const char *codes, FILE *to)
{
    size_t length = strcspn(codes, ":");
    for (size_t i = 0; i < length;) {
        char code[64];
        size_t bytes = strcspn(codes + i, ";:");
        snprintf(code, sizeof code, "%.*s", (int)bytes, codes + i);
        fprintf(to, "%s%s", i ? " " : "", words_of_reason(code));
        i += bytes + 1;
    }
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

json_t *note_reason(const struct number *n)
{
    struct prose p;
    prose_begin(&p);
    if (begins(n->note, skipped)) {
        fprintf(p.to, "Not run: %s.", n->note + strlen(skipped));
    } else if (begins(n->note, no_trial)) {
        fputs("No valid trial. ", p.to);
        say_codes(n->note + strlen(no_trial), p.to);
    } else if (isnan(n->value)) {
        fputs("No trial has a value.", p.to);
    } else if (strcmp(n->note, "-") != 0) {
        say_codes(n->note, p.to);
    }
    return prose_json(&p);
}

// ---- cells in groups ----------------------------------------------------------------------------

// The cells of a model that are missing for the same reason.
struct missing {
    const char *model, *why; // why: empty if the line needs no reason
    char xs[SPOT_BYTES];     // in words
    bool is_said;
};

struct list {
    struct missing *all;
    size_t count;
};

static void list_add(struct list *list, const char *model, const char *x, const char *why)
{
    struct missing *m = NULL;
    char value[FORMAT_BYTES];
    for (size_t i = 0; i < list->count && !m; i++)
        if (strcmp(list->all[i].model, model) == 0 && strcmp(list->all[i].why, why) == 0)
            m = &list->all[i];
    if (!m) {
        list->all = memory_one_more(list->all, list->count, sizeof *list->all);
        m = &list->all[list->count++];
        m->model = model;
        m->why = why;
    }
    if (strcmp(x, "-") == 0)
        return;
    question_x(x, value);
    size_t used = strlen(m->xs);
    snprintf(m->xs + used, sizeof m->xs - used, "%s%s", used ? ", " : "", value);
}

// One line for the models that miss the same x for the same reason.
static void say_group(const struct question *q, const char *what, struct list *list, size_t first,
                      json_t *lines)
{
    const struct missing *m = &list->all[first];
    const char *between = "";
    char spot[SPOT_BYTES] = "";
    struct prose p;
    if (*m->xs)
        question_spots(q, m->xs, spot);
    prose_begin(&p);
    fprintf(p.to, "%s%s%s: ", what, *spot ? " " : "", spot);
    for (size_t i = first; i < list->count; i++) {
        struct missing *other = &list->all[i];
        if (strcmp(other->why, m->why) != 0 || strcmp(other->xs, m->xs) != 0)
            continue;
        fprintf(p.to, "%s%s", between, other->model);
        between = ", ";
        other->is_said = true;
    }
    if (*m->why)
        fprintf(p.to, " (%s)", m->why);
    fputs(".", p.to);
    add(lines, prose_json(&p));
}

static void list_say(const struct question *q, const char *what, struct list *list, json_t *lines)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->all[i].is_said)
            say_group(q, what, list, i, lines);
    free(list->all);
}

// ---- what is missing ----------------------------------------------------------------------------

// The rows of a table about this question. has_reason: it has a column for it.
static void add_rows(const struct question *q, const struct table *t, bool has_reason,
                     struct list *list)
{
    for (size_t row = 0; row < t->rows; row++)
        if (strcmp(table_text(t, row, 0), q->e->stem) == 0)
            list_add(list, table_text(t, row, table_column(t, "model")),
                     table_text(t, row, table_column(t, "x")),
                     has_reason ? table_text(t, row, table_column(t, "reason")) : "");
}

static void say_not_run(const struct question *q, json_t *lines)
{
    struct list list = {0};
    for (size_t i = 0; i < q->count; i++)
        if (begins(q->cells[i]->note, skipped))
            list_add(&list, q->cells[i]->model, "-", q->cells[i]->note + strlen(skipped));
    list_say(q, "Not run", &list, lines);
}

void notes_say_left_out(const struct question *q, json_t *lines)
{
    struct list list = {0};
    add_rows(q, &q->f->left_out, true, &list);
    list_say(q, "Left out", &list, lines);
}

static void say_no_trial(const struct question *q, json_t *lines)
{
    struct list list = {0};
    for (size_t i = 0; i < q->count; i++)
        if (isnan(q->cells[i]->value) && !begins(q->cells[i]->note, skipped))
            list_add(&list, q->cells[i]->model, q->cells[i]->x, "");
    list_say(q, "No valid trial", &list, lines);
}

static void say_dropped(const struct question *q, json_t *lines)
{
    struct list list = {0};
    add_rows(q, &q->f->dropped, false, &list);
    list_say(q, "Dropped for lack of time", &list, lines);
}

// Foreign servers that asked something else of their sockets than those of the suite.
static void say_footing(const struct question *q, json_t *lines)
{
    struct list list = {0};
    char **texts = memory_for(q->count, sizeof *texts);
    for (size_t i = 0; i < q->count; i++) {
        struct prose p;
        prose_begin(&p);
        if (i == 0 || strcmp(q->cells[i]->model, q->cells[i - 1]->model) != 0)
            footing_say(q->f, q->cells[i]->model, p.to);
        texts[i] = prose_end(&p);
        if (*texts[i])
            list_add(&list, q->cells[i]->model, "-", texts[i]);
    }
    list_say(q, "Not on equal footing", &list, lines);
    for (size_t i = 0; i < q->count; i++)
        free(texts[i]);
    free(texts);
}

json_t *notes_of(const struct question *q)
{
    json_t *lines = made(json_array());
    say_footing(q, lines);
    say_not_run(q, lines);
    notes_say_left_out(q, lines);
    say_no_trial(q, lines);
    say_dropped(q, lines);
    return lines;
}
