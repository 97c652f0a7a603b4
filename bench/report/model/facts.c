#include "bench/report/model/facts.h"

#include "bench/base/memory.h"

#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- tables -------------------------------------------------------------------------------------

static char *path_in(const char *folder, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        err(1, "%s", folder);
    return path;
}

// A table that a run may lack: it has no rows then.
static void read_if_there(struct table *t, const char *folder, const char *name)
{
    char *path = path_in(folder, name);
    *t = (struct table){.path = path};
    if (table_exists(path))
        table_read(t, path);
}

// A table that analyse writes. Exits with status 1 and one line that says what to do if it is not
// there, or lacks the column that it got last.
static void read_concluded(struct table *t, const struct facts *f, const char *name,
                           const char *newest)
{
    read_if_there(t, f->folder, name);
    if (!t->text)
        errx(1, "%s is not concluded: it has no %s (make report RUN=%s)", f->folder, name, f->name);
    if (!table_has(t, newest))
        errx(1, "%s is of an older edition: its %s has no column '%s' (make report RUN=%s)",
             f->folder, name, newest, f->name);
}

static void free_table(struct table *t)
{
    char *path = (char *)(uintptr_t)t->path;
    table_free(t);
    free(path);
}

static void read_tables(struct facts *f, const char *questions)
{
    read_concluded(&f->summary, f, "summary.tsv", "blocks_needed");
    read_concluded(&f->verdicts, f, "verdicts.tsv", "after_run");
    read_concluded(&f->chooser, f, "chooser.tsv", "place");
    read_concluded(&f->metrics, f, "metrics.tsv", "sentence");
    read_concluded(&f->validity, f, "validity.tsv", "why");
    read_if_there(&f->left_out, f->folder, "left_out.tsv");
    read_if_there(&f->not_measured, f->folder, "not_measured.tsv");
    read_if_there(&f->selftests, f->folder, "selftest_verdicts.tsv");
    read_if_there(&f->settings, f->folder, "settings.tsv");
    read_if_there(&f->machines, questions, "../doctor/machines.tsv");
    read_if_there(&f->known, f->folder, "machines.tsv");
    f->models = f->run.models; // read with the run, and freed with it
    f->dropped = f->run.dropped;
}

static void read_environment(struct facts *f)
{
    json_error_t problem;
    char *path = path_in(f->folder, "environment.json");
    f->environment = json_load_file(path, 0, &problem);
    if (!json_is_object(f->environment))
        errx(1, "%s is damaged: %s (restore the file)", path,
             f->environment ? "not an object" : problem.text);
    free(path);
}

// A run is complete when all its planned trials were carried out or dropped.
static void read_run(struct facts *f)
{
    run_read(&f->run, f->folder);
    if (!f->run.dropped.text && f->run.trials.rows < f->run.plan.rows)
        errx(1,
             "%s is half done: it has %zu of %zu planned trials (make bench RUN=%s continues it)",
             f->folder, f->run.trials.rows, f->run.plan.rows, f->name);
}

// The last part of the folder's path.
static char *name_of(const char *folder)
{
    char *path = realpath(folder, NULL), *slash, *name;
    if (!path)
        err(1, "%s is not a run", folder);
    slash = strrchr(path, '/');
    name = strdup(slash[1] ? slash + 1 : path);
    if (!name)
        err(1, "%s", folder);
    free(path);
    return name;
}

// ---- questions ----------------------------------------------------------------------------------

// Puts the experiment with this stem, if there is one, at a place and moves the others back.
// Returns the next free place.
static size_t move_to(struct experiment *list, size_t count, size_t place, const char *stem)
{
    for (size_t i = place; i < count; i++)
        if (strcmp(list[i].stem, stem) == 0) {
            struct experiment moved = list[i];
            memmove(&list[place + 1], &list[place], (i - place) * sizeof *list);
            list[place] = moved;
            return place + 1;
        }
    return place;
}

// The order of the page is a list of stems, one a line. The others follow by name; without a list,
// all are in that order.
static void sort_experiments(struct facts *f, const char *questions)
{
    char *path = path_in(questions, "order"), *line = NULL;
    size_t room = 0, place = 0;
    FILE *file = fopen(path, "re");
    if (!file && errno != ENOENT)
        err(1, "%s", path);
    while (file && getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        place = move_to(f->experiments, f->count, place, line);
    }
    free(line);
    if (file)
        fclose(file);
    free(path);
}

// The values of what varies, each ended by '\0', and the last one by two.
static char *values_of_x(const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary"), *from = vary ? vary + strcspn(vary, " ") : "-";
    char *values = memory_for(strlen(from) + 2, 1), *to = values;
    while (*(from += strspn(from, " "))) {
        size_t length = strcspn(from, " ");
        memcpy(to, from, length);
        to += length + 1;
        from += length;
    }
    return values;
}

static void read_questions(struct facts *f, const char *questions)
{
    char *own = path_in(f->folder, "experiments");
    if (access(own, F_OK) < 0)
        errx(1, "%s is damaged: it has no experiments (restore them from its copy)", f->folder);
    f->count = experiments_read(own, &f->experiments);
    confs_of_run(&f->claims, CLAIM, "claims", f->folder, questions);
    confs_of_run(&f->situations, SITUATION, "situations", f->folder, questions);
    sort_experiments(f, questions);
    f->xs = memory_for(f->count, sizeof *f->xs);
    for (size_t i = 0; i < f->count; i++)
        f->xs[i] = values_of_x(&f->experiments[i]);
    free(own);
}

// ---- numbers ------------------------------------------------------------------------------------

// A column of the summary, by its name.
static double real(const struct table *t, size_t row, const char *name)
{
    return table_number(t, row, table_column(t, name));
}

static const char *text(const struct table *t, size_t row, const char *name)
{
    return table_text(t, row, table_column(t, name));
}

static void read_number(struct number *n, const struct table *t, size_t row)
{
    *n = (struct number){
        .experiment = text(t, row, "experiment"),
        .metric = text(t, row, "metric"),
        .model = text(t, row, "model"),
        .family = text(t, row, "family"),
        .x = text(t, row, "x"),
        .value = real(t, row, "median"),
        .low = real(t, row, "low"),
        .high = real(t, row, "high"),
        .ratio = real(t, row, "ratio"),
        .ratio_low = real(t, row, "ratio_low"),
        .ratio_high = real(t, row, "ratio_high"),
        .p_holm = real(t, row, "p_holm"),
        .low_90 = real(t, row, "ratio_low_90"),
        .high_90 = real(t, row, "ratio_high_90"),
        .blocks_needed = real(t, row, "blocks_needed"),
        .minutes = real(t, row, "minutes"),
        .blocks = (size_t)real(t, row, "n"),
        .baseline = text(t, row, "baseline"),
        .note = text(t, row, "note"),
        .validity = text(t, row, "validity"),
        .verdict = text(t, row, "verdict"),
    };
}

static int compare_keys(const struct number *a, const struct number *b)
{
    int order = strcmp(a->experiment, b->experiment);
    if (!order)
        order = strcmp(a->metric, b->metric);
    return order ? order : strcmp(a->model, b->model);
}

// Rows of the same model keep the order of the file: their texts lie in it in that order.
static int compare_numbers(const void *left, const void *right)
{
    const struct number *a = left, *b = right;
    int order = compare_keys(a, b);
    return order ? order : (a->experiment > b->experiment) - (a->experiment < b->experiment);
}

static void read_numbers(struct facts *f)
{
    f->numbers_count = f->summary.rows;
    f->numbers = memory_for(f->numbers_count, sizeof *f->numbers);
    for (size_t row = 0; row < f->numbers_count; row++)
        read_number(&f->numbers[row], &f->summary, row);
    qsort(f->numbers, f->numbers_count, sizeof *f->numbers, compare_numbers);
}

const struct number *facts_number(const struct facts *f, const char *experiment, const char *metric,
                                  const char *model, const char *x)
{
    const struct number key = {.experiment = experiment, .metric = metric, .model = model};
    size_t low = 0, high = f->numbers_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_keys(&f->numbers[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < f->numbers_count && compare_keys(&f->numbers[low], &key) == 0; low++)
        if (strcmp(f->numbers[low].x, x) == 0)
            return &f->numbers[low];
    return NULL;
}

bool number_is_sound(const struct number *n)
{
    return n && strcmp(n->validity, "valid") == 0 && !isnan(n->low) && !isnan(n->high);
}

// ---- the whole ----------------------------------------------------------------------------------

void facts_read(struct facts *f, const char *questions, const char *folder)
{
    *f = (struct facts){.folder = folder, .questions = questions, .name = name_of(folder)};
    read_run(f);
    read_tables(f, questions);
    read_environment(f);
    read_questions(f, questions);
    read_numbers(f);
}

void facts_free(struct facts *f)
{
    struct table *const tables[] = {&f->summary,  &f->verdicts, &f->chooser,      &f->metrics,
                                    &f->validity, &f->left_out, &f->not_measured, &f->selftests,
                                    &f->settings, &f->machines, &f->known};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        free_table(tables[i]);
    for (size_t i = 0; i < f->count; i++)
        free(f->xs[i]);
    free(f->xs);
    free(f->numbers);
    experiments_free(f->experiments, f->count);
    confs_free(&f->claims);
    confs_free(&f->situations);
    json_decref(f->environment);
    run_free(&f->run);
    free((char *)(uintptr_t)f->name);
}

// ---- words --------------------------------------------------------------------------------------

const char *facts_nth(const struct experiment *e, const char *key, size_t n)
{
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], key) == 0 && n-- == 0)
            return e->values[i];
    return NULL;
}

const char *facts_environment(const struct facts *f, const char *name)
{
    return json_string_value(json_object_get(f->environment, name));
}

bool facts_are_packed(const struct facts *f)
{
    char *packed = path_in(f->folder, "trials.tsv.xz");
    bool exists = access(packed, F_OK) == 0;
    free(packed);
    return exists;
}

bool facts_dropped(const struct facts *f, const char *stem)
{
    for (size_t row = 0; row < f->dropped.rows; row++)
        if (strcmp(table_text(&f->dropped, row, 0), stem) == 0 &&
            strcmp(table_text(&f->dropped, row, 1), "-") == 0)
            return true;
    return false;
}

size_t facts_xs(const struct facts *f, const struct experiment *e, const char ***xs)
{
    const struct experiment *own = experiment_find(f->experiments, f->count, e->stem);
    size_t count = 0;
    *xs = NULL;
    for (const char *x = own ? f->xs[own - f->experiments] : ""; *x; x += strlen(x) + 1) {
        *xs = memory_one_more(*xs, count, sizeof **xs);
        (*xs)[count++] = x;
    }
    return count;
}
