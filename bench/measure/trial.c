// trial: executes the trials of a plan, one after another, and appends a row to trials.tsv after
// each.
//
// It stops after the last whole block that fits the budget (at least three), or when every headline
// ratio has converged. Experiments that have converged (convergence.h) get no more blocks. Existing
// rows are not measured again: after an interruption, or with more time, it continues where it
// stopped.
#include "bench/base/measurement.h"
#include "bench/base/number.h"
#include "bench/base/run_folder.h"
#include "bench/base/table.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/trial/counters.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/trial_type.h"
#include "bench/measure/trial/trials.h"

#include <argp.h>
#include <err.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEAST_BLOCKS = 3, BUDGET_OPTION = 256 };

struct options {
    const char *run;
    double budget_minutes;
};

static const struct argp_option argp_options[] = {
    {"budget", BUDGET_OPTION, "MINUTES", 0, "Time for all trials together (default 10)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case BUDGET_OPTION:
        options->budget_minutes = number_real(argument, "the budget in MINUTES", 0, 10080);
        return 0;
    default:
        return run_folder_option(key, argument, state, &options->run);
    }
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    interrupted = signal_number;
}

struct plan {
    struct table table;
    size_t trial, block, experiment, type, model, x, program, arguments, load; // columns
    struct load *loads;                                                        // one per row
    double begun; // the latest block with a trial
    bool *done;
};

static void path_in(const char *run, const char *name, char path[4096])
{
    snprintf(path, 4096, "%s/%s", run, name);
}

static void read_plan(const char *run, struct plan *p)
{
    static char path[4096];
    path_in(run, "plan.tsv", path);
    if (access(path, R_OK) < 0)
        errx(1, "%s is not a run: it has no plan.tsv", run);
    table_read(&p->table, path);
    p->trial = table_column(&p->table, "trial");
    p->block = table_column(&p->table, "block");
    p->experiment = table_column(&p->table, "experiment");
    p->type = table_column(&p->table, "type");
    p->model = table_column(&p->table, "model");
    p->x = table_column(&p->table, "x");
    p->program = table_column(&p->table, "program");
    p->arguments = table_column(&p->table, "arguments");
    p->load = table_column(&p->table, "load");
    p->done = calloc(p->table.rows, sizeof *p->done);
    p->loads = calloc(p->table.rows, sizeof *p->loads);
    if (!p->done || !p->loads)
        err(1, "%s", path);
    for (size_t row = 0; row < p->table.rows; row++) {
        char where[sizeof path + 32];
        snprintf(where, sizeof where, "%s:%zu", path, row + 2);
        load_parse(table_text(&p->table, row, p->load), &p->loads[row], where);
    }
}

// Marks the trials with a row, and those of earlier blocks without one: they were skipped because
// their experiment had converged. Returns the total time in s.
static double read_done(const char *path, struct plan *p, struct questions *q)
{
    struct table done;
    double spent_s = 0;
    table_read(&done, path);
    size_t trial = table_column(&done, "trial"), model = table_column(&done, "model"),
           wall = table_column(&done, "wall_s");
    for (size_t row = 0; row < done.rows; row++) {
        size_t planned = (size_t)table_number(&done, row, trial) - 1;
        if (planned >= p->table.rows ||
            strcmp(table_text(&done, row, model), table_text(&p->table, planned, p->model)) != 0)
            errx(1, "%s:%zu: not a trial of this plan", path, row + 2);
        double wall_s = table_number(&done, row, wall);
        p->done[planned] = true;
        spent_s += wall_s;
        question_add(question_named(q, table_text(&p->table, planned, p->experiment)), wall_s);
        p->begun = table_number(&p->table, planned, p->block);
    }
    for (size_t row = 0; row < p->table.rows; row++)
        if (table_number(&p->table, row, p->block) < p->begun)
            p->done[row] = true;
    table_free(&done);
    return spent_s;
}

static void show_progress(const struct plan *p, size_t row, double spent_s, double budget_s)
{
    double left_s = budget_s > spent_s ? budget_s - spent_s : 0;
    fprintf(stderr, "block %s, %.0f %% done, %d:%02d left", table_text(&p->table, row, p->block),
            budget_s > spent_s ? 100 * spent_s / budget_s : 100, (int)left_s / 60,
            (int)left_s % 60);
}

// A log gets a line per block, a terminal a single updated line.
static void show_block(const struct plan *p, size_t row, double spent_s, double budget_s)
{
    if (isatty(STDERR_FILENO))
        return;
    show_progress(p, row, spent_s, budget_s);
    fputc('\n', stderr);
}

static void show_trial(const struct plan *p, size_t row, double spent_s, double budget_s)
{
    const char *x = table_text(&p->table, row, p->x);
    if (!isatty(STDERR_FILENO))
        return;
    fputs("\r\033[K", stderr);
    show_progress(p, row, spent_s, budget_s);
    fprintf(stderr, ": %s %s %s", table_text(&p->table, row, p->experiment),
            table_text(&p->table, row, p->model), strcmp(x, "-") == 0 ? "" : x);
}

// The data of a trial besides its row: one line each, or none.
struct lines {
    char *raw, *latencies;
};

static void measure(const struct setting *setting, const struct plan *p, size_t row,
                    struct lines *lines, struct measurement *m)
{
    const struct table *t = &p->table;
    size_t bytes[2];
    struct counters before;
    struct trial trial = {setting,
                          table_text(t, row, p->program),
                          table_text(t, row, p->arguments),
                          p->loads[row],
                          row + 1,
                          (unsigned long)table_number(t, row, p->block),
                          open_memstream(&lines->raw, &bytes[0]),
                          open_memstream(&lines->latencies, &bytes[1])};
    if (!trial.raw || !trial.latencies)
        err(1, "raw times");
    measurement_reset(m);
    counters_read(setting, &before);
    trial_type_named(table_text(t, row, p->type))->measure(&trial, m);
    counters_since(setting, &before, m);
    if (fclose(trial.raw) == EOF || fclose(trial.latencies) == EOF)
        err(1, "raw times");
}

// A trial has at most one line in such a file.
static void append_line(const struct record *record, const char *line, size_t trial)
{
    char *row;
    if (!*line)
        return;
    if (asprintf(&row, "%zu\t%.*s", trial, (int)strcspn(line, "\n"), line) < 0)
        err(1, "%s", record->path);
    record_append(record, row);
    free(row);
}

static void append_row(const struct record *trials, const struct plan *p, size_t row,
                       time_t started, double wall_s, const struct measurement *m)
{
    const struct table *t = &p->table;
    struct trial_name name = {table_text(t, row, p->trial), table_text(t, row, p->block),
                              table_text(t, row, p->experiment), table_text(t, row, p->model),
                              table_text(t, row, p->x)};
    trials_append(trials, &name, started, wall_s, m);
}

// Whether the trial of such a row has its row in trials.tsv. Otherwise it was killed between the
// two, and is repeated.
static bool has_row(const char *row, const void *context)
{
    const struct plan *p = context;
    size_t trial = strtoul(row, NULL, 10);
    return trial >= 1 && trial <= p->table.rows && p->done[trial - 1];
}

static struct record open_beside(const char *run, const char *name, const char *columns,
                                 const struct plan *p)
{
    struct record record = record_open(run, name);
    record_begin(&record, columns);
    record_trim(&record, has_row, p);
    return record;
}

// The expected duration of the block that begins at this row, from its earlier trials.
static double expected_s(const struct plan *p, const struct questions *q, size_t row)
{
    double block = table_number(&p->table, row, p->block), sum_s = 0;
    for (; row < p->table.rows && table_number(&p->table, row, p->block) == block; row++) {
        const struct question *question =
            question_named(q, table_text(&p->table, row, p->experiment));
        if (!p->done[row] && !question->has_converged && question->trials)
            sum_s += question->wall_s / (double)question->trials;
    }
    return sum_s;
}

// Whether to run the block that begins at this row, or the rest of it.
static bool goes_on(const char *folder, const struct plan *p, struct questions *q, size_t row,
                    double spent_s, double budget_s)
{
    double block = table_number(&p->table, row, p->block);
    if (block <= LEAST_BLOCKS)
        return true;
    bool waits = questions_wait(q, folder);
    return block == p->begun || (waits && spent_s + expected_s(p, q, row) <= budget_s);
}

int main(int argc, char **argv)
{
    struct options options = {.budget_minutes = 10};
    struct argp argp = {
        argp_options, parse_option, "RUN_FOLDER", "Carries out the trials of a plan.",
        NULL,         NULL,         NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;

    struct plan plan = {0};
    struct setting setting;
    struct questions questions;
    read_plan(options.run, &plan);
    setting_read(options.run, &setting);
    questions_read(&questions, options.run);
    struct record trials = trials_open(options.run);
    double spent_s = read_done(trials.path, &plan, &questions),
           budget_s = options.budget_minutes * 60;
    struct record raw = open_beside(options.run, "hyperfine.tsv", "trial\treport", &plan),
                  latencies = open_beside(options.run, "latency.tsv", "trial\thistogram", &plan);

    struct sigaction action = {.sa_handler =
                                   interrupt}; // no SA_RESTART: it interrupts waiting calls
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    hold_off_halts();
    keep_ipc_apart();

    double block = 0;
    for (size_t row = 0; row < plan.table.rows && !interrupted; row++) {
        if (plan.done[row])
            continue;
        if (table_number(&plan.table, row, plan.block) > block) {
            if (!goes_on(options.run, &plan, &questions, row, spent_s, budget_s))
                break;
            block = table_number(&plan.table, row, plan.block);
            show_block(&plan, row, spent_s, budget_s);
        }
        struct question *question =
            question_named(&questions, table_text(&plan.table, row, plan.experiment));
        if (question->has_converged)
            continue;
        struct measurement m;
        struct lines lines;
        time_t started = time(NULL);
        uint64_t start_ns = now_ns();
        show_trial(&plan, row, spent_s, budget_s);
        measure(&setting, &plan, row, &lines, &m);
        double wall_s = (double)(now_ns() - start_ns) / 1e9;
        spent_s += wall_s;
        if (!interrupted) {
            append_line(&raw, lines.raw, row + 1);
            append_line(&latencies, lines.latencies, row + 1);
            append_row(&trials, &plan, row, started, wall_s, &m);
            question_add(question, wall_s);
        }
        free(lines.raw);
        free(lines.latencies);
    }
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    table_free(&plan.table);
    free(plan.done);
    free(plan.loads);
    questions_free(&questions);
    if (interrupted)
        errx(1, "interrupted: the rows so far are kept; the same run continues where it stopped");
    return 0;
}
