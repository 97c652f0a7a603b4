#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/scheduler/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// Of the budget: what the first pass may take, and what one cell may take.
#define FIRST_PASS_SHARE 0.6
#define SPENT_SHARE 0.95 // together with what the first block spent on what is dropped
#define CELL_SHARE 0.1
#define CHEAP_S 10.0 // no cell is dropped for less

static struct question_state *question_of(struct scheduler *s, const struct cell_state *c)
{
    return &s->questions[c->experiment - s->experiments];
}

// A timed program that took long will take less from now on.
static double first_pass_s(const struct cell_state *c)
{
    return c->first_s + (FIRST_VALUES - 1) * c->next_s;
}

// The next in order of importance; NULL after the last.
static struct question_state *next_important(struct scheduler *s, const bool *seen)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++)
        if (!seen[i] && (!most || s->questions[i].priority < most->priority))
            most = &s->questions[i];
    return most;
}

// The most important questions are kept, as many as fit, and one at least. What is dropped has cost
// its part of the first block.
static void drop_questions(struct scheduler *s, double budget_s, double first_block_s)
{
    bool *seen = memory_for(s->experiment_count, sizeof *seen), any = false;
    double left_s = FIRST_PASS_SHARE * budget_s,
           left_more_s = SPENT_SHARE * budget_s - first_block_s;
    struct question_state *q;
    for (size_t i = 0; i < s->experiment_count; i++)
        if (s->questions[i].is_begun) {
            seen[i] = any = true;
            left_s -= s->questions[i].first_pass_s;
            left_more_s -= s->questions[i].more_s;
        }
    while ((q = next_important(s, seen)) != NULL) {
        seen[q - s->questions] = true;
        q->is_dropped =
            budget_s > 0 && any && (q->first_pass_s > left_s || q->more_s > left_more_s);
        left_s -= q->is_dropped ? 0 : q->first_pass_s;
        left_more_s -= q->is_dropped ? 0 : q->more_s;
        any = true;
    }
    free(seen);
}

void drop(struct scheduler *s, double budget_s)
{
    for (size_t i = 0; i < s->experiment_count; i++) {
        s->questions[i].is_dropped = s->questions[i].is_begun = false;
        s->questions[i].first_pass_s = s->questions[i].more_s = 0;
    }
    double first_block_s = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        struct cell_state *c = &s->cells[i];
        struct question_state *q = question_of(s, c);
        first_block_s += c->first_s;
        c->is_dropped = budget_s > 0 && !c->is_headline &&
                        first_pass_s(c) > fmax(CELL_SHARE * budget_s, CHEAP_S);
        q->first_pass_s += c->is_dropped ? 0 : first_pass_s(c);
        q->more_s += c->is_dropped ? 0 : first_pass_s(c) - c->first_s;
        q->is_begun |= c->trials > 1;
    }
    drop_questions(s, budget_s, first_block_s);
}

bool take_up(struct scheduler *s, double left_s)
{
    struct question_state *most = NULL;
    for (size_t i = 0; i < s->experiment_count; i++) {
        struct question_state *q = &s->questions[i];
        if (q->is_dropped && q->more_s <= left_s && (!most || q->priority < most->priority))
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
        if (s->questions[i].is_dropped)
            fprintf(dropped.file, "%s\t-\t-\t%.1f\n", s->questions[i].experiment->stem,
                    s->questions[i].first_pass_s / 60);
    for (size_t i = 0; i < s->cell_count; i++) {
        const struct cell_state *c = &s->cells[i];
        if (c->is_dropped && !s->questions[c->experiment - s->experiments].is_dropped)
            fprintf(dropped.file, "%s\t%s\t%s\t%.1f\n", c->cell.experiment, c->cell.model,
                    c->cell.x, first_pass_s(c) / 60);
    }
    output_complete(&dropped);
}
