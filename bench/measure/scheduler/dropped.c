#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Of the budget: what the first pass may take, and what one cell may take.
#define FIRST_PASS_SHARE 0.6
#define SPENT_SHARE 0.95 // together with what was spent on looking at what is dropped
#define CELL_SHARE 0.1
#define CHEAP_S 10.0 // no cell is dropped for less

static struct question_state *question_of(struct scheduler *s, const struct cell_state *c)
{
    return &s->questions[c->experiment - s->experiments];
}

// A timed program that took long will take less from now on.
static double first_pass_s(const struct scheduler *s, const struct cell_state *c)
{
    return c->first_s + (double)(s->first_values - 1) * c->next_s;
}

// The next in order of importance; NULL after the last.
static struct question_state *next_important(struct scheduler *s, const bool *done)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++)
        if (!done[i] && (!most || s->questions[i].priority < most->priority))
            most = &s->questions[i];
    return most;
}

static double spent_on_looks_s(const struct scheduler *s)
{
    double sum_s = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        sum_s += s->cells[i].first_s;
    return sum_s;
}

// The most important questions are kept, as many as fit, and one at least. What is dropped has cost
// its first look: what is less important is not even looked at, unless half of the time is left.
static void drop_questions(struct scheduler *s, double budget_s)
{
    bool *done = memory_for(s->experiment_count, sizeof *done), any = false, fits = true;
    double left_s = FIRST_PASS_SHARE * budget_s,
           left_more_s = SPENT_SHARE * budget_s - spent_on_looks_s(s), enough_s = left_s / 2;
    struct question_state *q;
    for (size_t i = 0; i < s->experiment_count; i++)
        if (s->questions[i].is_begun) {
            done[i] = any = true;
            left_s -= s->questions[i].first_pass_s;
            left_more_s -= s->questions[i].more_s;
        }
    while ((q = next_important(s, done)) != NULL) {
        done[q - s->questions] = true;
        q->is_dropped = budget_s > 0 && any &&
                        (q->first_pass_s > left_s || q->more_s > left_more_s ||
                         (!q->is_seen && left_s < (fits ? 0 : enough_s)));
        fits = fits && !q->is_dropped;
        left_s -= q->is_dropped ? 0 : q->first_pass_s;
        left_more_s -= q->is_dropped ? 0 : q->more_s;
        any = true;
    }
    free(done);
}

struct question_state *next_to_look_at(struct scheduler *s)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++) {
        struct question_state *q = &s->questions[i];
        if (!q->is_seen && !q->is_dropped && (!most || q->priority < most->priority))
            most = q;
    }
    return most;
}

// Drops what does not fit if each cell gets `first_values`. Returns whether no question is dropped.
static bool drop_for(struct scheduler *s, double budget_s, size_t first_values)
{
    bool all = true;
    s->first_values = first_values;
    for (size_t i = 0; i < s->experiment_count; i++)
        s->questions[i].first_pass_s = s->questions[i].more_s = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        struct cell_state *c = &s->cells[i];
        struct question_state *q = question_of(s, c);
        c->is_dropped = budget_s > 0 && !c->is_headline &&
                        first_pass_s(s, c) > fmax(CELL_SHARE * budget_s, CHEAP_S);
        q->first_pass_s += c->is_dropped ? 0 : first_pass_s(s, c);
        q->more_s += c->is_dropped ? 0 : first_pass_s(s, c) - c->first_s;
    }
    drop_questions(s, budget_s);
    for (size_t i = 0; i < s->experiment_count; i++)
        all = all && !s->questions[i].is_dropped;
    return all;
}

void drop(struct scheduler *s, double budget_s)
{
    for (size_t i = 0; i < s->experiment_count; i++) {
        s->questions[i].is_seen = true;
        s->questions[i].is_begun = false;
    }
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        struct question_state *q = question_of(s, c);
        q->is_seen = q->is_seen && c->trials > 0;
        q->is_begun = q->is_begun || c->trials > 1;
    }
    if (!drop_for(s, budget_s, FIRST_VALUES))
        drop_for(s, budget_s, ESTIMATE_MIN_N);
}

bool take_up(struct scheduler *s, double left_s)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++) {
        struct question_state *q = &s->questions[i];
        if (q->is_dropped && q->is_seen && q->more_s <= left_s &&
            (!most || q->priority < most->priority))
            most = q;
    }
    if (most)
        most->is_dropped = false;
    return most;
}

bool is_kept(struct scheduler *s, const struct cell_state *c)
{
    return !c->is_dropped && !c->is_hopeless && !question_of(s, c)->is_dropped;
}

void scheduler_write_dropped(const struct scheduler *s, const char *folder)
{
    struct output dropped = output_begin(folder, "dropped.tsv");
    fputs(DROPPED_COLUMNS "\n", dropped.file);
    for (size_t i = 0; i < s->experiment_count; i++)
        if (s->questions[i].is_dropped && s->questions[i].is_seen)
            fprintf(dropped.file, "%s\t-\t-\t%.1f\n", s->questions[i].experiment->stem,
                    s->questions[i].first_pass_s / 60);
        else if (s->questions[i].is_dropped)
            fprintf(dropped.file, "%s\t-\t-\t-\n", s->questions[i].experiment->stem);
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        if (c->is_dropped && !s->questions[c->experiment - s->experiments].is_dropped)
            fprintf(dropped.file, "%s\t%s\t%s\t%.1f\n", c->cell.experiment, c->cell.model,
                    c->cell.x, first_pass_s(s, c) / 60);
    }
    output_complete(&dropped);
}
