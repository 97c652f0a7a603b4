#include "bench/base/experiment.h"

#include <err.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    char *copied = strdup(text);
    if (!copied)
        err(1, "experiment");
    return copied;
}

void experiment_read(const char *path, struct experiment *e)
{
    *e = (struct experiment){0};
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    snprintf(e->stem, sizeof e->stem, "%.*s", (int)(strlen(name) - strlen(".conf")), name);
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        size_t key = strcspn(line, " \t");
        size_t gap = strspn(line + key, " \t");
        if (*line == '#' || key == 0)
            continue;
        if (line[key + gap] == '\0')
            errx(1, "%s: '%s' has no value", path, line);
        e->keys = realloc(e->keys, (e->lines + 1) * sizeof *e->keys);
        e->values = realloc(e->values, (e->lines + 1) * sizeof *e->values);
        if (!e->keys || !e->values)
            err(1, "%s", path);
        e->values[e->lines] = copy(line + key + gap);
        line[key] = '\0';
        e->keys[e->lines++] = copy(line);
    }
    free(line);
    fclose(file);
}

size_t experiments_read(const char *folder, struct experiment **experiments)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*.conf", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        errx(1, "no experiments in %s", folder);
    *experiments = calloc(found.gl_pathc, sizeof **experiments);
    if (!*experiments)
        err(1, "experiments");
    for (size_t i = 0; i < found.gl_pathc; i++)
        experiment_read(found.gl_pathv[i], &(*experiments)[i]);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

void experiment_free(struct experiment *e)
{
    for (size_t line = 0; line < e->lines; line++) {
        free(e->keys[line]);
        free(e->values[line]);
    }
    free(e->keys);
    free(e->values);
}

void experiments_free(struct experiment *experiments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        experiment_free(&experiments[i]);
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
        errx(1, "experiment %s: no '%s'", e->stem, key);
    return value;
}

double experiment_number(const struct experiment *e, const char *key, double least, double most)
{
    char *end;
    const char *text = experiment_need(e, key);
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= least && value <= most))
        errx(1, "experiment %s: '%s' is a number from %g to %g, not '%s'", e->stem, key, least,
             most, text);
    return value;
}

const char *experiment_unit(const struct experiment *e, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "unit") == 0 && strncmp(e->values[i], name, length) == 0 &&
            e->values[i][length] == ' ')
            return e->values[i] + length + 1;
    return "-";
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
        errx(1, "experiment %s: no metric is called '%s'", e->stem, name);
    return metric;
}

const struct metric *experiment_headline_metric(const struct experiment *e)
{
    return experiment_metric(e, experiment_need(e, "metric"));
}
