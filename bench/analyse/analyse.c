// analyse: all conclusions from the trials of a run: summary.tsv, metrics.tsv, validity.tsv,
// doubts.tsv, distribution.tsv, selftest_verdicts.tsv, verdicts.tsv and chooser.tsv.
//
// Reads the run's folder once, with the claims and situations in it; those of the questions' folder
// only if it has none (later.h). The same trials give exactly the same tables.
#include "bench/analyse/choose.h"
#include "bench/analyse/distribution.h"
#include "bench/analyse/selftest_verdicts.h"
#include "bench/analyse/summary.h"
#include "bench/base/memory.h"
#include "bench/base/output.h"
#include "bench/base/usage.h"

#include <err.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

// hyperfine's own report must be present and complete for each timed trial, so that its number can
// be checked.
static void check_raw_times(const struct run *run, const char *folder)
{
    static char path[4096];
    struct table raw;
    snprintf(path, sizeof path, "%s/hyperfine.tsv", folder);
    bool *has_report = memory_for(run->plan.rows, sizeof *has_report);
    if (table_exists(path)) {
        table_read(&raw, path);
        for (size_t row = 0; row < raw.rows; row++) {
            double trial = table_number(&raw, row, table_column(&raw, "trial"));
            if (!(trial >= 1 && trial <= (double)run->plan.rows))
                errx(1, "%s:%zu: not a trial of this plan", path, row + 2);
            has_report[(size_t)trial - 1] = true;
        }
        table_free(&raw);
    }
    for (size_t row = 0; row < run->trials.rows; row++)
        if (isfinite(run->judged[row].values[METRIC_wall_us_per_operation]) &&
            !has_report[run_trial_number(run, row) - 1])
            errx(1, "%s: trial %zu was timed and has no report there", path,
                 run_trial_number(run, row));
    free(has_report);
}

static bool has_latencies(const struct run *run)
{
    for (size_t i = 0; i < run->latencies.trials; i++)
        if (run->latencies.of[i].slots > 0)
            return true;
    return false;
}

// Only a run with open loops has one.
static void write_distribution(const char *folder, const struct evidence *e)
{
    if (!has_latencies(e->run))
        return;
    struct output distribution = output_begin(folder, "distribution.tsv");
    fputs(DISTRIBUTION_COLUMNS "\n", distribution.file);
    for (size_t i = 0; i < e->count; i++)
        distribution_write(distribution.file, e->run, &e->experiments[i]);
    output_complete(&distribution);
}

static char *verdicts_of(const struct evidence *e, const char *folder, const char *questions)
{
    char *text;
    size_t bytes;
    struct confs claims;
    FILE *file = open_memstream(&text, &bytes);
    if (!file)
        err(1, "verdicts");
    confs_of_run(&claims, CLAIM, "claims", folder, questions);
    judge(e, &claims, file);
    confs_free(&claims);
    if (fclose(file) == EOF)
        err(1, "verdicts");
    return text;
}

static char *choice_of(const struct evidence *e, const char *folder, const char *questions)
{
    char *text;
    size_t bytes;
    struct confs situations;
    FILE *file = open_memstream(&text, &bytes);
    if (!file)
        err(1, "chooser");
    confs_of_run(&situations, SITUATION, "situations", folder, questions);
    choose(e, &situations, file);
    confs_free(&situations);
    if (fclose(file) == EOF)
        err(1, "chooser");
    return text;
}

// NULL if the run was made without self-tests.
static char *selftest_verdicts_of(const struct evidence *e, const char *folder)
{
    char path[4096], *text;
    size_t bytes;
    snprintf(path, sizeof path, "%s/selftest.tsv", folder);
    if (!table_exists(path))
        return NULL;
    FILE *file = open_memstream(&text, &bytes);
    if (!file)
        err(1, "verdicts on the self-tests");
    selftest_judge(folder, e, file);
    if (fclose(file) == EOF)
        err(1, "verdicts on the self-tests");
    return text;
}

static void write_text(const char *folder, const char *name, const char *text)
{
    struct output output = output_begin(folder, name);
    fputs(text, output.file);
    output_complete(&output);
}

// Everything is computed before anything is written: a malformed claim leaves no partial result.
static void write_tables(const char *folder, const char *questions, const struct evidence *e)
{
    char *verdicts = verdicts_of(e, folder, questions), *choice = choice_of(e, folder, questions),
         *selftest = selftest_verdicts_of(e, folder);
    struct output output = output_begin(folder, "summary.tsv");
    summary_write(e->summary, output.file);
    output_complete(&output);
    output = output_begin(folder, "metrics.tsv");
    summary_write_metrics(e->summary, output.file);
    output_complete(&output);
    output = output_begin(folder, "validity.tsv");
    reasons_write(e->run, output.file);
    output_complete(&output);
    output = output_begin(folder, "doubts.tsv");
    doubts_write(e->run, output.file);
    output_complete(&output);
    write_distribution(folder, e);
    write_text(folder, "verdicts.tsv", verdicts);
    write_text(folder, "chooser.tsv", choice);
    if (selftest)
        write_text(folder, "selftest_verdicts.tsv", selftest);
    free(selftest);
    free(verdicts);
    free(choice);
}

int main(int argc, char **argv)
{
    struct run run;
    struct summary summary;
    struct experiment *experiments;
    char path[4096];
    usage_check(argc, argv, 2, 2, "analyse QUESTIONS_FOLDER RUN_FOLDER",
                "Computes a run's numbers and verdicts from its trials.");
    run_read(&run, argv[2]);
    check_raw_times(&run, argv[2]);
    snprintf(path, sizeof path, "%s/experiments", argv[2]);
    size_t count = experiments_read(path, &experiments);
    summarize(&summary, &run, experiments, count);
    const struct evidence evidence = {&run, &summary, experiments, count};
    write_tables(argv[2], argv[1], &evidence);
    summary_free(&summary);
    experiments_free(experiments, count);
    run_free(&run);
    return 0;
}
