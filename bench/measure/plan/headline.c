#include "bench/measure/plan/headline.h"
#include "bench/base/names.h"

#include <stdio.h>
#include <string.h>

// Whether a `derive` line uses this cell: MODEL or MODEL@X.
static bool is_term(const char *line, const char *model, const char *x)
{
    char words[1024], *rest = words, *word, cell[192];
    snprintf(words, sizeof words, "%s", line);
    snprintf(cell, sizeof cell, "%s@%s", model, x);
    strsep(&rest, " "); // its name
    while ((word = strsep(&rest, " ")))
        if (strcmp(word, model) == 0 || strcmp(word, cell) == 0)
            return true;
    return false;
}

// The same for all forms. Those that look at several x name their model; a crossover and a change
// also need its baseline.
static bool is_needed(const struct experiment *e, const char *line, const char *model,
                      const char *x)
{
    char form[16] = "", of[64] = "", from[64] = "", to[64] = "", own[64];
    sscanf(line, "%*s %15s %63s %63s %63s", form, of, from, to);
    bool changes = strcmp(form, "change") == 0, spreads = strcmp(form, "spread") == 0;
    if (!changes && !spreads && strcmp(form, "crossover") != 0)
        return is_term(line, model, x);
    if (changes && strcmp(x, from) != 0 && strcmp(x, to) != 0)
        return false;
    return strcmp(model, of) == 0 || (!spreads && strcmp(model, baseline_of(e, of, own)) == 0);
}

// Whether a part of the answer does.
static bool is_answer_from(const struct experiment *e, const char *model, const char *x)
{
    const char *answer = experiment_get(e, "answer");
    for (size_t i = 0; i < e->lines; i++) {
        char name[128];
        if (strcmp(e->keys[i], "derive") != 0 || sscanf(e->values[i], "%127s", name) != 1)
            continue;
        if (answer && is_listed(name, answer) && is_needed(e, e->values[i], model, x))
            return true;
    }
    return false;
}

bool is_headline_cell(const struct experiment *e, const char *model, const char *x)
{
    char names[1024], *rest = names, *name, own[64];
    const char *at = experiment_get(e, "headline_at");
    snprintf(names, sizeof names, "%s", experiment_need(e, "headline"));
    while ((!at || is_listed(x, at)) && (name = strsep(&rest, " ")))
        if (strcmp(name, model) == 0 || strcmp(baseline_of(e, name, own), model) == 0)
            return true;
    return is_answer_from(e, model, x);
}
