#include "bench/report/compare/lists.h"
#include "bench/base/names.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 4096 };

// ---- conditions -------------------------------------------------------------------------------
// Notes the values of one run's environment as texts, under names like "sysctls vm.swappiness":
// name: [base, new].
static void flatten(json_t *object, size_t run, const char *path, json_t *flat)
{
    char name[256];
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        snprintf(name, sizeof name, "%s%s%s", path, *path ? " " : "", key);
        if (json_is_object(value))
            flatten(value, run, name, flat);
        if (json_is_object(value) || json_is_null(value))
            continue;
        if (!json_object_get(flat, name))
            json_object_set_new(flat, name, json_pack("[s, s]", "not known", "not known"));
        json_array_set_new(json_object_get(flat, name), run,
                           json_is_string(value) ? json_incref(value)
                           : json_is_number(value)
                               ? json_sprintf("%.15g", json_number_value(value))
                               : json_string(json_is_true(value) ? "true" : "false"));
    }
}

static bool is_same(const char *name, const char *base, const char *new)
{
    double a = strtod(base, NULL), b = strtod(new, NULL);
    bool is_cost = strncmp(name, "costs ", strlen("costs ")) == 0 && a > 0 && b > 0;
    return strcmp(base, new) == 0 || (is_cost && fmax(a, b) <= 1.5 * fmin(a, b));
}

// The words that the other text lacks; "-" for none.
static void words_beyond(const char *text, const char *other, char beyond[TEXT_BYTES])
{
    char words[TEXT_BYTES], *rest = words, *word;
    snprintf(words, sizeof words, "%s", text);
    snprintf(beyond, TEXT_BYTES, "-");
    for (char *end = beyond; (word = strsep(&rest, " "));)
        if (*word && !is_listed(word, other))
            end += sprintf(end, "%s%s", end > beyond ? " " : "", word);
}

static void add_condition(json_t *list, const char *name, const char *base, const char *new)
{
    char beyond[2][TEXT_BYTES];
    if (is_listed(name, "date run") || is_same(name, base, new))
        return;
    if (strcmp(name, "flags") == 0) {
        words_beyond(base, new, beyond[0]);
        words_beyond(new, base, beyond[1]);
        base = beyond[0];
        new = beyond[1];
    }
    append(list, json_sprintf("%s: %s -> %s", name, base, new));
}

json_t *different_conditions(const struct side sides[2])
{
    json_t *flat = json_object(), *list = json_array(), *texts;
    const char *name;
    for (size_t run = 0; run < 2; run++)
        flatten(sides[run].environment, run, "", flat);
    json_object_foreach(flat, name, texts)
    {
        add_condition(list, name, json_string_value(json_array_get(texts, 0)),
                      json_string_value(json_array_get(texts, 1)));
    }
    json_decref(flat);
    return list;
}

// ---- questions --------------------------------------------------------------------------------
void add_word(json_t *list, const char *experiment, const char *word)
{
    size_t last = json_array_size(list) - 1, length = strlen(experiment);
    const char *line = json_string_value(json_array_get(list, last));
    if (line && strncmp(line, experiment, length) == 0 && line[length] == ':')
        json_array_set_new(list, last, json_sprintf("%s %s", line, word));
    else
        append(list, json_sprintf("%s: %s", experiment, word));
}

json_t *different_questions(const struct side sides[2])
{
    static const char words_only[] =
        "title question axis spot per why limits headline answer part say say_if core priority";
    json_t *list = json_array(), *base, *value;
    const char *stem, *key;
    json_object_foreach(sides[0].questions, stem, base)
    {
        json_t *new = json_object_get(sides[1].questions, stem), *keys = json_copy(base);
        json_object_update_missing(keys, new);
        json_object_foreach(keys, key, value)
        {
            if (new && !is_listed(key, words_only) &&
                !json_equal(json_object_get(base, key), json_object_get(new, key)))
                add_word(list, stem, key);
        }
        json_decref(keys);
    }
    return list;
}
