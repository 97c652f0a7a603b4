#include "bench/analyse/need.h"

#include "bench/analyse/verdict.h"
#include "bench/base/output.h"

#include <math.h>

const struct need no_need = {0, NAN};

struct need need_of(const struct run *run, const struct cell *of, const struct cell *to,
                    const struct estimate *e, double bound, size_t comparisons)
{
    struct need need = {blocks_needed(e, bound, comparisons), NAN};
    double block_s = run_trial_s(run, of) + (to ? run_trial_s(run, to) : 0);
    if (need.blocks)
        need.minutes = (double)(need.blocks - e->n) * block_s / 60;
    return need;
}

void need_write(FILE *file, const struct need *need)
{
    output_number(file, need->blocks ? (double)need->blocks : NAN);
    output_number(file, need->minutes);
}
