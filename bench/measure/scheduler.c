#include "bench/measure/scheduler.h"
#include "bench/analyse/convergence.h"
#include "bench/analyse/run.h"
#include "bench/base/memory.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void questions_read(struct questions *q, const char *run)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/experiments", run);
    q->count = experiments_read(path, &q->experiments);
    q->states = memory_for(q->count, sizeof *q->states);
}

void questions_free(struct questions *q)
{
    experiments_free(q->experiments, q->count);
    free(q->states);
}

struct question *question_named(const struct questions *q, const char *stem)
{
    for (size_t i = 0; i < q->count; i++)
        if (strcmp(q->experiments[i].stem, stem) == 0)
            return &q->states[i];
    errx(1, "this run has no experiment '%s'", stem);
}

void question_add(struct question *question, double wall_s)
{
    question->wall_s += wall_s;
    question->trials++;
}

bool questions_wait(struct questions *q, const char *folder)
{
    struct run run;
    bool waits = false, has_ratio = false;
    run_read(&run, folder);
    for (size_t i = 0; i < q->count; i++) {
        struct question *question = &q->states[i];
        double reach = question->has_converged ? 0 : headline_reach(&run, &q->experiments[i]);
        if (isnan(reach))
            continue; // without a ratio there is nothing to wait for
        has_ratio = true;
        question->has_converged =
            reach <= CONVERGED_WITHIN && least_trials(&run, &q->experiments[i]) >= LEAST_TRIALS;
        waits = waits || !question->has_converged;
    }
    run_free(&run);
    return waits || !has_ratio;
}
