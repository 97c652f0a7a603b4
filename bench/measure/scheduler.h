// The experiments of a run in progress: the time that their trials take, and which need no more
// blocks.
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>
#include <stddef.h>

struct question {
    bool has_converged; // every headline ratio has, and the other cells have enough values
                        // (convergence.h)
    double wall_s;      // of its trials so far
    size_t trials;      // so far
};

struct questions {
    struct experiment *experiments;
    struct question *states;
    size_t count;
};

// Reads a run's experiments. Exits with status 1 if it has none.
void questions_read(struct questions *q, const char *run);

void questions_free(struct questions *q);

// Exits with status 1 if there is none with this name.
struct question *question_named(const struct questions *q, const char *stem);

// Adds a trial and the time that it took.
void question_add(struct question *question, double wall_s);

// Checks with all trials so far which experiments have converged; this is final. Returns whether
// there is a ratio to wait for; without any ratio only the budget ends the run.
bool questions_wait(struct questions *q, const char *run);
