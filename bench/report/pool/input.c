#include "bench/report/pool/input.h"
#include "bench/base/memory.h"
#include "bench/report/compare/lists.h"
#include "bench/report/model/known.h"
#include "bench/report/model/made.h"
#include "bench/report/model/report_file.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- machines -----------------------------------------------------------------------------------

const char *known_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text && *text ? text : "not known";
}

const char *machine_letter(size_t machine)
{
    static char letters[27][4];
    static char number[24];
    if (machine >= 26) {
        snprintf(number, sizeof number, "%zu", machine + 1);
        return number;
    }
    letters[machine][0] = (char)('A' + machine);
    return letters[machine];
}

size_t first_run_of(const struct pool *p, size_t machine)
{
    size_t run = 0;
    while (p->machine[run] != machine)
        run++;
    return run;
}

static void find_machines(struct pool *p)
{
    struct identity *ids = memory_for(p->runs, sizeof *ids);
    p->machine = memory_for(p->runs, sizeof *p->machine);
    for (size_t run = 0; run < p->runs; run++) {
        size_t before = 0;
        ids[run] = identity_of(p->sides[run].environment);
        while (before < run && !is_one_machine(&ids[before], &ids[run]))
            before++;
        p->machine[run] = before < run ? p->machine[before] : p->machines++;
    }
    free(ids);
}

// ---- runs ---------------------------------------------------------------------------------------

static bool has_report(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/report.json", folder);
    if (access(path, F_OK) == 0)
        return true;
    snprintf(path, sizeof path, "%s/report.json.xz", folder);
    return access(path, F_OK) == 0;
}

// Why a run cannot be pooled: a new string, or NULL.
static json_t *reason_against(const json_t *report, bool accepts_all)
{
    const char *schema = json_string_value(json_object_get(report, "schema"));
    const json_t *run = json_object_get(report, "run"),
                 *tests = json_object_get(report, "selftests");
    if (!schema || strcmp(schema, "forklore-report/1") != 0)
        return json_sprintf("its report.json is of another edition: %s", schema ? schema : "none");
    if (!accepts_all && json_is_true(json_object_get(run, "dirty")))
        return json_string("dirty: its programs were built with changes that are in no commit");
    if (!accepts_all && !json_is_true(json_object_get(tests, "ok")))
        return json_sprintf("its self-tests did not all pass: %s", known_text(tests, "text"));
    return NULL;
}

static void leave_out(struct pool *p, const char *run, json_t *reason)
{
    warnx("left out: %s: %s", run, json_string_value(made(reason)));
    add(p->left_out, json_pack("{ss so}", "run", run, "reason", reason));
}

static void read_run(struct pool *p, char *folder, bool accepts_all)
{
    for (size_t length = strlen(folder); length > 1 && folder[length - 1] == '/'; length--)
        folder[length - 1] = '\0';
    if (!has_report(folder)) {
        leave_out(p, folder,
                  json_string("it has no report.json: not finished, or of the first "
                              "edition (make report)"));
        return;
    }
    json_t *report = report_file_read(folder), *reason = reason_against(report, accepts_all);
    if (reason) {
        leave_out(p, folder, reason);
        json_decref(report);
        return;
    }
    p->reports[p->runs] = report;
    side_read(&p->sides[p->runs++], folder);
}

// ---- questions ----------------------------------------------------------------------------------

static const json_t *is_left_out(const struct pool *p, const char *id)
{
    for (size_t i = 0; i < json_array_size(p->questions); i++) {
        const json_t *question = json_array_get(p->questions, i);
        if (strcmp(json_string_value(json_object_get(question, "id")), id) == 0)
            return question;
    }
    return NULL;
}

// "churn: connections" of compare's list becomes a question that is left out, unless it is already.
static void leave_out_question(struct pool *p, const char *line, size_t a, size_t b)
{
    char id[128];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(line, ":"), line);
    if (is_left_out(p, id))
        return;
    json_t *text = json_sprintf("%s differs between %s and %s: %s", id, p->sides[a].name,
                                p->sides[b].name, line + strlen(id) + 2);
    warnx("left out: the question %s", json_string_value(made(text)));
    add(p->questions, json_pack("{ss so}", "id", id, "text", text));
}

static void compare_questions(struct pool *p)
{
    for (size_t a = 0; a < p->runs; a++)
        for (size_t b = a + 1; b < p->runs; b++) {
            const struct side two[2] = {p->sides[a], p->sides[b]};
            json_t *lines = different_questions(two);
            for (size_t i = 0; i < json_array_size(lines); i++)
                leave_out_question(p, json_string_value(json_array_get(lines, i)), a, b);
            json_decref(lines);
        }
}

static bool is_in(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), text) == 0)
            return true;
    return false;
}

static void order_questions(struct pool *p)
{
    p->order = made(json_array());
    for (size_t run = 0; run < p->runs; run++) {
        size_t i, k;
        json_t *group, *question,
            *groups = json_object_get(json_object_get(p->reports[run], "questions"), "groups");
        json_array_foreach(groups, i, group)
        {
            json_array_foreach(json_object_get(group, "questions"), k, question)
            {
                const char *id = known_text(question, "id");
                if (!is_in(p->order, id) && !is_left_out(p, id))
                    add(p->order, json_string(id));
            }
        }
    }
}

// ---- ratios -------------------------------------------------------------------------------------

static void read_pairs(struct pool *p)
{
    struct pair *all;
    size_t count = pairs_read(p->sides, p->runs, &all);
    p->pairs = memory_for(count, sizeof *all);
    for (size_t i = 0; i < count; i++)
        if (is_left_out(p, all[i].experiment))
            free(all[i].of);
        else
            p->pairs[p->pairs_count++] = all[i];
    free(all);
}

const struct pair *first_headline(const struct pool *p)
{
    for (size_t q = 0; q < json_array_size(p->order); q++)
        for (size_t i = 0; i < p->pairs_count; i++)
            if (p->pairs[i].is_headline &&
                strcmp(p->pairs[i].experiment, json_string_value(json_array_get(p->order, q))) == 0)
                return &p->pairs[i];
    return NULL;
}

// Machines get their places: by the ratio in their first run; without one, last.
static void sort_machines(struct pool *p)
{
    const struct pair *by = first_headline(p);
    size_t *place = memory_for(p->machines, sizeof *place);
    for (size_t a = 0; by && a < p->machines; a++)
        for (size_t b = 0; b < p->machines; b++) {
            const struct ratio *of = &by->of[first_run_of(p, a)],
                               *other = &by->of[first_run_of(p, b)];
            double mine = of->exists ? of->value : INFINITY,
                   its = other->exists ? other->value : INFINITY;
            place[a] += its < mine || (its == mine && b < a);
        }
    for (size_t run = 0; by && run < p->runs; run++)
        p->machine[run] = place[p->machine[run]];
    free(place);
}

void pool_read(struct pool *p, char **folders, size_t count, bool accepts_all)
{
    *p = (struct pool){.sides = memory_for(count, sizeof *p->sides),
                       .reports = memory_for(count, sizeof *p->reports),
                       .left_out = made(json_array()),
                       .questions = made(json_array())};
    for (size_t i = 0; i < count; i++)
        read_run(p, folders[i], accepts_all);
    if (p->runs == 0)
        errx(1, "no run is left to pool");
    find_machines(p);
    compare_questions(p);
    order_questions(p);
    read_pairs(p);
    sort_machines(p);
}
