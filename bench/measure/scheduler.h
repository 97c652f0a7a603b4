// The experiments of a run while it goes on: what their trials take, and which have their answer.
#pragma once

#include "bench/base/experiment.h"

#include <stdbool.h>
#include <stddef.h>

struct question {
    bool has_converged; // every headline ratio is, and there is enough of the rest (convergence.h)
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

// Exits with status 1 if there is none of that name.
struct question *question_named(const struct questions *q, const char *stem);

// Another trial, which took so long.
void question_add(struct question *question, double wall_s);

// Looks at all of the run's trials so far and finds out who has converged, and stays so. Returns
// whether there is a ratio to wait for; where nobody has a ratio at all, there is only the budget
// to wait for.
bool questions_wait(struct questions *q, const char *run);
