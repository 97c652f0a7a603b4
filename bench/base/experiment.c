#include "bench/base/experiment.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/base/output.h"

#include <ctype.h>
#include <err.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHERE_BYTES = 4096 };

static char *copy(const char *text)
{
    char *copied = strdup(text);
    if (!copied)
        err(1, "experiment");
    return copied;
}

// File and line, the beginning of an error.
static const char *where(const struct experiment *e, size_t line, char text[WHERE_BYTES])
{
    snprintf(text, WHERE_BYTES, "%s:%zu", e->path, e->numbers[line]);
    return text;
}

// ---- one line ---------------------------------------------------------------------------------

static void add_line(struct experiment *e, const char *key, const char *value, size_t number)
{
    e->keys = memory_one_more(e->keys, e->lines, sizeof *e->keys);
    e->values = memory_one_more(e->values, e->lines, sizeof *e->values);
    e->numbers = memory_one_more(e->numbers, e->lines, sizeof *e->numbers);
    e->keys[e->lines] = copy(key);
    e->values[e->lines] = copy(value);
    e->numbers[e->lines++] = number;
}

// A line without its newline: a key, blanks and a value, or a comment, or empty.
static void read_line(struct experiment *e, enum conf_kind kind, char *line, size_t number)
{
    char at[WHERE_BYTES];
    size_t length = strlen(line), key, gap;
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
    for (char *tab = line; (tab = strchr(tab, '\t'));)
        *tab = ' ';
    if (*line == '#' || !*line)
        return;
    key = strcspn(line, " ");
    gap = strspn(line + key, " ");
    if (key == 0)
        errx(1, "%s:%zu: a line must begin with its key, not with a blank", e->path, number);
    line[key] = '\0';
    snprintf(at, sizeof at, "%s:%zu", e->path, number);
    const struct conf_key *known = conf_key_named(kind, line, at);
    if (key + gap >= length)
        errx(1, "%s: '%s' has no value", at, line);
    for (size_t i = 0; i < e->lines && !(known->flags & REPEATS); i++)
        if (strcmp(e->keys[i], line) == 0)
            errx(1, "%s: '%s' is already in line %zu", at, line, e->numbers[i]);
    conf_check(known, line + key + gap, at);
    add_line(e, line, line + key + gap, number);
}

// ---- a whole file -----------------------------------------------------------------------------

// Some keys, and some names of what varies, are only for some trial types.
static void check_types(const struct experiment *e, enum conf_kind kind)
{
    const char *type = experiment_get(e, "type");
    char at[WHERE_BYTES], name[64];
    for (size_t i = 0; i < e->lines && type; i++) {
        const struct conf_key *key = conf_key_named(kind, e->keys[i], where(e, i, at)), *varied;
        conf_check_type(key, type, at);
        if (key->form == NAME_VALUES && sscanf(e->values[i], "%63s", name) == 1 &&
            (varied = conf_key_varied(name, at)))
            conf_check_type(varied, type, at);
    }
}

// An x in a line must be one of the values of what varies.
static void check_x(const struct experiment *e, size_t line, const char *x)
{
    const char *vary = experiment_get(e, "vary");
    char at[WHERE_BYTES];
    if (!is_listed(x, vary ? vary + strcspn(vary, " ") : "-"))
        errx(1, "%s: '%s' is not a value of what varies", where(e, line, at), x);
}

static void check_all_x(const struct experiment *e)
{
    for (size_t i = 0; i < e->lines; i++) {
        const char *key = strchr(e->keys[i], '@');
        char words[1024], *rest = words, *word;
        if (key)
            check_x(e, i, key + 1);
        snprintf(words, sizeof words, "%s", e->values[i]);
        if (strcmp(e->keys[i], "without") == 0 && (word = strsep(&rest, " ")))
            check_x(e, i, strchr(word, '@') + 1);
        while (strcmp(e->keys[i], "headline_at") == 0 && (word = strsep(&rest, " ")))
            check_x(e, i, word);
    }
}

void conf_read(enum conf_kind kind, const char *path, struct experiment *e)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    *e = (struct experiment){.path = copy(path)};
    snprintf(e->stem, sizeof e->stem, "%.*s", (int)(strlen(name) - strlen(".conf")), name);
    for (size_t number = 1; getline(&line, &room, file) >= 0; number++)
        read_line(e, kind, line, number);
    free(line);
    fclose(file);
    check_types(e, kind);
    check_all_x(e);
}

void conf_copy(const char *run, const char *folder, const struct experiment *e)
{
    char name[128];
    snprintf(name, sizeof name, "%s/%s.conf", folder, e->stem);
    struct output copy = output_begin(run, name);
    for (size_t i = 0; i < e->lines; i++)
        fprintf(copy.file, "%-11s %s\n", e->keys[i], e->values[i]);
    output_complete(&copy);
}

size_t confs_read(enum conf_kind kind, const char *folder, struct experiment **confs)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*.conf", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        errx(1, "no %s in %s",
             kind == EXPERIMENT ? "experiments"
             : kind == CLAIM    ? "claims"
             : kind == FOREIGN  ? "foreign servers"
                                : "situations",
             folder);
    *confs = calloc(found.gl_pathc, sizeof **confs);
    if (!*confs)
        err(1, "%s", folder);
    for (size_t i = 0; i < found.gl_pathc; i++)
        conf_read(kind, found.gl_pathv[i], &(*confs)[i]);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

size_t experiments_read(const char *folder, struct experiment **experiments)
{
    return confs_read(EXPERIMENT, folder, experiments);
}

void conf_free(struct experiment *e)
{
    for (size_t line = 0; line < e->lines; line++) {
        free(e->keys[line]);
        free(e->values[line]);
    }
    free(e->keys);
    free(e->values);
    free(e->numbers);
    free(e->path);
}

void experiments_free(struct experiment *experiments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        conf_free(&experiments[i]);
    free(experiments);
}

const struct experiment *experiment_find(const struct experiment *experiments, size_t count,
                                         const char *stem)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(experiments[i].stem, stem) == 0)
            return &experiments[i];
    return NULL;
}

const char *experiment_get(const struct experiment *e, const char *key)
{
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], key) == 0)
            return e->values[i];
    return NULL;
}

const char *experiment_need(const struct experiment *e, const char *key)
{
    const char *value = experiment_get(e, key);
    if (!value)
        errx(1, "%s: no '%s'", e->path, key);
    return value;
}

double experiment_number(const struct experiment *e, const char *key)
{
    return strtod(experiment_need(e, key), NULL); // it was checked when it was read
}

bool experiment_derives(const struct experiment *e, const char *name, const char *form)
{
    char start[256];
    int length = snprintf(start, sizeof start, "%s %s ", name, form);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "derive") == 0 && strncmp(e->values[i], start, (size_t)length) == 0)
            return true;
    return false;
}

const char *experiment_unit(const struct experiment *e, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "unit") == 0 && strncmp(e->values[i], name, length) == 0 &&
            e->values[i][length] == ' ')
            return e->values[i] + length + 1;
    return experiment_derives(e, name, "spread") ? "%" : "-";
}

bool is_varied(const struct experiment *e, const char *name)
{
    const char *vary = experiment_get(e, "vary");
    size_t length = strlen(name);
    return vary && strncmp(vary, name, length) == 0 && vary[length] == ' ';
}

const char *baseline_of(const struct experiment *e, const char *model, char own[64])
{
    const char *baseline = experiment_need(e, "baseline");
    char name[64];
    if (strcmp(baseline, "own") != 0)
        return baseline;
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "variant") == 0 &&
            sscanf(e->values[i], "%63s %63s", name, own) == 2 && strcmp(name, model) == 0)
            return own;
    return model;
}

const struct metric *experiment_metric(const struct experiment *e, const char *name)
{
    const struct metric *metric = metric_named(name);
    if (!metric)
        errx(1, "experiment %s: unknown metric '%s'", e->stem, name);
    return metric;
}

const struct metric *experiment_headline_metric(const struct experiment *e)
{
    return experiment_metric(e, experiment_need(e, "metric"));
}
