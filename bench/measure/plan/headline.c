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

// Whether a part of the answer does; a crossover also needs the baseline at all x.
static bool is_answer_from(const struct experiment *e, const char *model, const char *x)
{
    const char *answer = experiment_get(e, "answer");
    for (size_t i = 0; i < e->lines; i++) {
        char name[128];
        if (strcmp(e->keys[i], "derive") != 0 || sscanf(e->values[i], "%127s", name) != 1)
            continue;
        bool crosses = strstr(e->values[i], " crossover ");
        if (answer && is_listed(name, answer) &&
            (is_term(e->values[i], model, x) ||
             (crosses && strcmp(model, experiment_need(e, "baseline")) == 0)))
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
