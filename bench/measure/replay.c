// replay: repeats the scheduler's decision on each block of a run from the trials before it, and
// compares the block with plan.tsv.
//
// Prints one line on what was compared. At the first difference it exits with status 1 and one line
// that names the block. A run whose plan does not have the budget of each block was planned by the
// first edition, or by no scheduler: it is not replayed.
#include "bench/analyse/run.h"
#include "bench/base/memory.h"
#include "bench/base/usage.h"
#include "bench/measure/plan/blocks.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/trial/setting.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
    struct run run;
    struct table plan; // the whole plan, while the run is cut
    struct table cells;
    struct scheduler *scheduler;
    bool *chosen;
    unsigned long seed;
    size_t done, block, budget; // rows that were compared; columns of the plan
};

static bool has_budgets(const struct table *plan)
{
    return table_has(plan, "budget_s") &&
           !isnan(table_number(plan, plan->rows - 1, table_column(plan, "budget_s")));
}

// Trials are carried out, and recorded, in the order of the plan.
static void check_order(const struct run *run)
{
    for (size_t row = 0; row < run->trials.rows; row++)
        if (run_trial_number(run, row) != row + 1)
            errx(1, "%s:%zu: block %s: trial %zu in the place of trial %zu", run->trials.path,
                 row + 2, table_text(&run->trials, row, run->trial_block),
                 run_trial_number(run, row), row + 1);
}

static void compare_row(const struct replay *r, size_t row, char *expected)
{
    const struct table *plan = &r->plan;
    for (size_t column = 0; expected && column < plan->columns; column++) {
        const char *is = table_text(plan, row, column), *should_be = strsep(&expected, "\t");
        if (strcmp(is, should_be) != 0)
            errx(1, "%s:%zu: block %s: %s is \"%s\", the scheduler's is \"%s\"", plan->path,
                 row + 2, table_text(plan, row, r->block), plan->cells[column], is, should_be);
    }
}

static size_t rows_of_block(const struct replay *r)
{
    size_t end = r->done;
    while (end < r->plan.rows && strcmp(table_text(&r->plan, end, r->block),
                                        table_text(&r->plan, r->done, r->block)) == 0)
        end++;
    return end - r->done;
}

// Sets which cells the scheduler chooses, from the rows before this block, and with which loads.
static struct block decide(struct replay *r, size_t number, size_t trials)
{
    struct block b = {number, r->done, r->chosen, NULL, table_number(&r->plan, r->done, r->budget)};
    if (number == 1) {
        scheduler_choose_first(r->scheduler, r->chosen);
        return b;
    }
    if (trials < r->done)
        errx(1, "%s: block %zu: planned before the trials of block %zu", r->plan.path, number,
             number - 1);
    run_cut(&r->run, r->done);
    size_t count = scheduler_choose_from(r->scheduler, &r->run, b.budget_s, r->chosen);
    b.loads = scheduler_loads(r->scheduler);
    if (count == 0)
        errx(1, "%s: block %zu: the scheduler ends the run before it", r->plan.path, number);
    return b;
}

static void replay_block(struct replay *r, size_t number, size_t trials)
{
    char **rows;
    struct block b = decide(r, number, trials);
    size_t is = rows_of_block(r), should_be = blocks_rows(&r->cells, r->seed, &b, &rows);
    for (size_t i = 0; i < is && i < should_be; i++)
        compare_row(r, r->done + i, rows[i]);
    if (is != should_be)
        errx(1, "%s: block %zu: has %zu trials, the scheduler's has %zu", r->plan.path, number, is,
             should_be);
    for (size_t i = 0; i < should_be; i++)
        free(rows[i]);
    free(rows);
    r->done += is;
}

int main(int argc, char **argv)
{
    struct replay r = {0};
    char path[4096];
    size_t number = 0;
    usage_check(argc, argv, 1, 1, "replay RUN_FOLDER",
                "Draws a run's blocks again, and compares them with those it measured.");
    run_read(&r.run, argv[1]);
    r.plan = r.run.plan;
    if (!has_budgets(&r.plan)) {
        puts("blocks not replayed: plan.tsv does not have their budgets");
        run_free(&r.run);
        return 0;
    }
    snprintf(path, sizeof path, "%s/cells.tsv", argv[1]);
    table_read(&r.cells, path);
    r.scheduler = scheduler_read(argv[1]);
    r.chosen = memory_for(r.cells.rows, sizeof *r.chosen);
    r.seed = setting_seed(argv[1]);
    r.block = table_column(&r.plan, "block");
    r.budget = table_column(&r.plan, "budget_s");
    check_order(&r.run);
    for (size_t trials = r.run.trials.rows; r.done < r.plan.rows;)
        replay_block(&r, ++number, trials);
    printf("%zu blocks replayed\n", number);
    scheduler_free(r.scheduler);
    free(r.chosen);
    table_free(&r.cells);
    run_free(&r.run);
    return 0;
}
