#include "bench/report/compare/side.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void append(json_t *list, json_t *value)
{
    if (json_array_append_new(list, value) < 0)
        errx(1, "a name in a run is not UTF-8, or memory is short");
}

static json_t *read_question(const char *path)
{
    json_t *question = json_object();
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    while (getline(&line, &room, file) >= 0) {
        const char *key = strtok(line, " \t\n"), *value = strtok(NULL, "\n");
        if (!key || *key == '#')
            continue;
        if (!json_object_get(question, key))
            json_object_set_new(question, key, json_array());
        append(json_object_get(question, key),
               json_string(value ? value + strspn(value, " \t") : ""));
    }
    if (ferror(file))
        err(1, "%s", path);
    free(line);
    fclose(file);
    return question;
}

static void read_questions(struct side *s)
{
    char path[4096];
    s->questions = json_object();
    for (size_t row = 0; row < s->summary.rows; row++) {
        const char *stem = side_cell(s, row, "experiment");
        if (json_object_get(s->questions, stem))
            continue;
        snprintf(path, sizeof path, "%s/experiments/%s.conf", s->folder, stem);
        json_object_set_new(s->questions, stem, read_question(path));
    }
}

void side_read(struct side *s, const char *folder)
{
    static const char *const needed[] = {"summary.tsv", "environment.json", "experiments", NULL};
    char path[4096];
    const char *slash = strrchr(folder, '/');
    *s = (struct side){.folder = folder, .name = slash ? slash + 1 : folder};
    for (size_t i = 0; needed[i]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, needed[i]);
        if (!table_exists(path))
            errx(1, "%s is not a complete run: it has no %s", folder, needed[i]);
    }
    snprintf(s->summary_path, sizeof s->summary_path, "%s/summary.tsv", folder);
    table_read(&s->summary, s->summary_path);
    snprintf(path, sizeof path, "%s/environment.json", folder);
    s->environment = json_load_file(path, 0, NULL);
    if (!json_is_object(s->environment))
        errx(1, "%s is not a JSON object", path);
    read_questions(s);
}

const char *side_cell(const struct side *s, size_t row, const char *column)
{
    return table_text(&s->summary, row, table_column(&s->summary, column));
}

const char *side_get(const struct side *s, const char *stem, const char *key)
{
    const json_t *values = json_object_get(json_object_get(s->questions, stem), key);
    const char *value = json_string_value(json_array_get(values, 0));
    return value ? value : "";
}
