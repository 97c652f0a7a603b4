// When a run stops to ask: on trials that are made up, block by block.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/measure/scheduler.h"

enum { BLOCKS = 40, EVERY = 4 };

static char folder[] = "/tmp/forklore-scheduler-XXXXXX";

static FILE *begin(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    return file;
}

static void write_row(FILE *plan, FILE *trials, size_t block, const char *model, double cost)
{
    static size_t trial;
    if (plan)
        fprintf(plan, "%zu\t%zu\tq\t%s\t-\n", ++trial, block, model);
    if (trials)
        fprintf(trials, "1\t%zu\tq\t%s\t-\t%g\tok\n", block, model, cost);
}

// Three models: the baseline and the headline in every block, another in every fourth. The ratio of
// the first two goes up and down by `noise`.
static void measured(size_t blocks, double noise)
{
    FILE *plan = begin("plan.tsv"), *trials = begin("trials.tsv");
    fputs("trial\tblock\texperiment\tmodel\tx\n", plan);
    fputs("trial\tblock\texperiment\tmodel\tx\tserver_cpu_us_per_connection\tstatus\n", trials);
    for (size_t block = 1; block <= BLOCKS; block++) {
        FILE *done = block <= blocks ? trials : NULL;
        write_row(plan, done, block, "base", 1);
        write_row(plan, done, block, "head", 2 + (block % 2 ? noise : -noise));
        if (block % EVERY == 1)
            write_row(plan, done, block, "other", 3);
    }
    assert_return_code(fclose(plan), 0);
    assert_return_code(fclose(trials), 0);
}

static bool waits_after(struct questions *q, size_t blocks, double noise)
{
    measured(blocks, noise);
    return questions_wait(q, folder);
}

static void waits_for_a_narrow_interval(void **unused)
{
    (void)unused;
    struct questions q;
    questions_read(&q, folder);
    assert_true(waits_after(&q, 40, 1)); // enough of everything, but far too wide
    assert_false(question_named(&q, "q")->has_converged);
    assert_false(waits_after(&q, 40, 0.01));
    assert_true(question_named(&q, "q")->has_converged);
    assert_false(waits_after(&q, 40, 1)); // it has left, and stays away
    questions_free(&q);
}

// The headline has converged from the twelfth block on; the eighth trial of the other is in
// block 29.
static void waits_for_the_other_cells(void **unused)
{
    (void)unused;
    struct questions q;
    questions_read(&q, folder);
    assert_true(waits_after(&q, 11, 0.01));
    assert_true(waits_after(&q, 12, 0.01));
    assert_true(waits_after(&q, 28, 0.01));
    assert_false(waits_after(&q, 29, 0.01));
    questions_free(&q);
}

static int make_run(void **unused)
{
    (void)unused;
    char path[128];
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/experiments", folder);
    if (mkdir(path, 0777) < 0)
        return -1;
    FILE *conf = begin("experiments/q.conf"), *models = begin("models.tsv");
    fputs("metric server_cpu_us_per_connection\nbaseline base\nheadline head\n", conf);
    fputs("experiment\tname\tfamily\tstatus\nq\tbase\t-\tok\nq\thead\t-\tok\nq\tother\t-\tok\n",
          models);
    return fclose(conf) == 0 && fclose(models) == 0 ? 0 : -1;
}

static int remove_run(void **unused)
{
    static const char *const names[] = {"plan.tsv", "trials.tsv", "models.tsv",
                                        "experiments/q.conf", "experiments"};
    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (remove(path) < 0)
            return -1;
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_a_narrow_interval),
        cmocka_unit_test(waits_for_the_other_cells),
    };
    return cmocka_run_group_tests(tests, make_run, remove_run);
}
