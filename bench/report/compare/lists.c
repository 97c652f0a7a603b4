#include "bench/report/compare/lists.h"
#include "bench/base/names.h"
#include "bench/report/model/section.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 4096 };

// ---- conditions -------------------------------------------------------------------------------
// The values of an environment as texts, under names like "sysctls vm.swappiness".
static json_t *values_of(const struct side *s)
{
    json_t *values = json_object(),
           *list = environment_section(&(struct facts){.environment = s->environment});
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        json_object_set(values, json_string_value(json_object_get(one, "name")),
                        json_object_get(one, "value"));
    }
    json_decref(list);
    return values;
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
    base = base ? base : "not known";
    new = new ? new : "not known";
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
    json_t *base = values_of(&sides[0]), *new = values_of(&sides[1]), *all = json_copy(base);
    json_t *list = json_array(), *value;
    const char *name;
    json_object_update_missing(all, new);
    json_object_foreach(all, name, value)
    {
        add_condition(list, name, json_string_value(json_object_get(base, name)),
                      json_string_value(json_object_get(new, name)));
    }
    json_decref(all);
    json_decref(base);
    json_decref(new);
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

bool changes_words_only(const char *key)
{
    static const char words_only[] =
        "title question axis spot per why limits headline answer part say say_if core priority";
    return is_listed(key, words_only);
}

json_t *different_questions(const struct side sides[2])
{
    json_t *list = json_array(), *base, *value;
    const char *stem, *key;
    json_object_foreach(sides[0].questions, stem, base)
    {
        json_t *new = json_object_get(sides[1].questions, stem), *keys = json_copy(base);
        json_object_update_missing(keys, new);
        json_object_foreach(keys, key, value)
        {
            if (new && !changes_words_only(key) &&
                !json_equal(json_object_get(base, key), json_object_get(new, key)))
                add_word(list, stem, key);
        }
        json_decref(keys);
    }
    return list;
}
