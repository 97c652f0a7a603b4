#include "bench/report/model/format.h"
#include "bench/report/model/made.h"
#include "bench/report/model/section.h"

#include <stdio.h>
#include <string.h>

// With less time than this, a run is a first look: its intervals are wide.
enum { FULL_MINUTES = 10 };

static size_t questions_measured(const struct facts *f)
{
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++)
        count += !facts_dropped(f, f->experiments[i].stem);
    return count;
}

// The fewest and the most blocks of a valid number; none: both 0.
static void count_blocks(const struct facts *f, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (size_t i = 0; i < f->numbers_count; i++) {
        const struct number *n = &f->numbers[i];
        if (strcmp(n->validity, "valid") != 0 || strcmp(n->metric, "derived") == 0)
            continue;
        *least = *least == 0 || n->blocks < *least ? n->blocks : *least;
        *most = n->blocks > *most ? n->blocks : *most;
    }
}

json_t *run_section(const struct facts *f)
{
    const char *date = facts_environment(f, "date"), *commit = facts_environment(f, "commit");
    const json_t *minutes = json_object_get(f->environment, "budget_minutes"),
                 *seed = json_object_get(f->environment, "seed");
    char title[256], date_text[FORMAT_BYTES], trials[FORMAT_BYTES], commit_short[8] = "";
    size_t least, most;
    snprintf(title, sizeof title, "forklore: run %.200s", f->name);
    snprintf(commit_short, sizeof commit_short, "%.7s", commit ? commit : "");
    format_date(date, date_text);
    format_count((double)f->run.trials.rows, trials);
    count_blocks(f, &least, &most);
    bool is_short = json_is_number(minutes) && json_number_value(minutes) < FULL_MINUTES;
    json_t *section = json_pack(
        "{ss ss ss? ss ss? ss sb sO? sb sO? sI sI ss sI sI sb ss}", "name", f->name, "title", title,
        "date", date, "date_text", date_text, "commit", commit, "commit_short", commit_short,
        "dirty", json_is_true(json_object_get(f->environment, "dirty")), "budget_minutes", minutes,
        "first_look", is_short, "seed", seed, "questions", (json_int_t)questions_measured(f),
        "trials", (json_int_t)f->run.trials.rows, "trials_text", trials, "blocks_low",
        (json_int_t)least, "blocks_high", (json_int_t)most, "packed", facts_are_packed(f),
        "file_suffix", facts_are_packed(f) ? ".xz" : "");
    return made(section);
}
