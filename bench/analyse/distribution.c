#include "bench/analyse/distribution.h"

#include "bench/analyse/estimates.h"
#include "bench/base/output.h"

#include <math.h>
#include <string.h>

// The number of values beyond, for each range: of 100, of 10, of 1 …
static const double beyond_of_100[] = {50, 40, 30, 25, 20, 15, 12.5, 10, 8, 6.5};

enum { STEPS = sizeof beyond_of_100 / sizeof *beyond_of_100, DECADES = 6, DRAWS = 500 };

static void write_cell(FILE *file, const struct run *run, const struct cell *c)
{
    struct pool pool = pool_of(run, c);
    bool defined = true;
    for (int step = 0; defined && step < STEPS * DECADES; step++) {
        double percent = 100 - beyond_of_100[step % STEPS] * pow(10, -(double)(step / STEPS));
        struct estimate e = pool_percentile(&pool, percent, DRAWS, SEED);
        defined = e.n > 0;
        if (!defined)
            continue;
        fprintf(file, "%s\t%s\t%s\t%.9g", c->experiment, c->model, c->x, percent);
        output_number(file, e.value);
        output_number(file, e.low);
        output_number(file, e.high);
        fputc('\n', file);
    }
    pool_free(&pool);
}

void distribution_write(FILE *file, const struct run *run, const struct experiment *e)
{
    const char *vary = experiment_get(e, "vary");
    for (size_t row = 0; row < run->models.rows; row++) {
        char values[1024] = "-", *rest = values, *x;
        if (strcmp(table_text(&run->models, row, run->model_experiment), e->stem) != 0)
            continue;
        if (vary)
            snprintf(values, sizeof values, "%s", strchr(vary, ' ') + 1);
        while ((x = strsep(&rest, " "))) {
            struct cell cell = {e->stem, table_text(&run->models, row, run->model_name), x};
            if (is_open_loop(run, &cell))
                write_cell(file, run, &cell);
        }
    }
}
