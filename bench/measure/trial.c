// trial: executes the trials of a run, one after another, and appends a row to trials.tsv after
// each.
//
// A block at a time: the scheduler (scheduler.h) chooses its cells from the trials so far, plan.tsv
// gets its rows, and they are executed. It ends when the budget is spent (but not before each cell
// has LEAST_BLOCKS values). Existing rows are not measured again: after an interruption, or with
// more time, it continues where it stopped.
#include "bench/base/measurement.h"
#include "bench/base/memory.h"
#include "bench/base/number.h"
#include "bench/base/run_folder.h"
#include "bench/base/table.h"
#include "bench/measure/plan/blocks.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/trial/client_hosts.h"
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

const char *argp_program_version = "forklore " VERSION;

enum { BUDGET_OPTION = 256 };

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
    bool *done;
    size_t left; // rows without a trial
};

static void path_in(const char *run, const char *name, char path[4096])
{
    snprintf(path, 4096, "%s/%s", run, name);
}

static void read_plan(const char *run, struct plan *p)
{
    static char path[4096];
    path_in(run, "plan.tsv", path);
    *p = (struct plan){0};
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

// Marks the trials with a row. Returns the total time in s.
static double read_done(const char *path, struct plan *p)
{
    struct table done;
    double spent_s = 0;
    table_read(&done, path);
    size_t trial = table_column(&done, "trial"), model = table_column(&done, "model"),
           wall = table_column(&done, "wall_s");
    p->left = p->table.rows;
    for (size_t row = 0; row < done.rows; row++) {
        size_t planned = (size_t)table_number(&done, row, trial) - 1;
        if (planned >= p->table.rows ||
            strcmp(table_text(&done, row, model), table_text(&p->table, planned, p->model)) != 0)
            errx(1, "%s:%zu: not a trial of this plan", path, row + 2);
        spent_s += table_number(&done, row, wall);
        p->left -= !p->done[planned];
        p->done[planned] = true;
    }
    table_free(&done);
    return spent_s;
}

static void free_plan(struct plan *p)
{
    table_free(&p->table);
    free(p->done);
    free(p->loads);
}

// ---- progress: a log gets a line per block, a terminal a single updated line --------------------

struct progress {
    double spent_s, budget_s;
    char known[256]; // what is known so far
};

static void show_progress(const struct progress *progress, const char *block)
{
    double left_s = fmax(0, progress->budget_s - progress->spent_s);
    fprintf(stderr, "block %s%s%s · %d:%02d left", block, *progress->known ? " · " : "",
            progress->known, (int)left_s / 60, (int)left_s % 60);
}

static void show_block(const struct progress *progress, const char *block)
{
    if (isatty(STDERR_FILENO))
        return;
    show_progress(progress, block);
    fputc('\n', stderr);
}

static void show_trial(const struct progress *progress, const struct plan *p, size_t row)
{
    const char *x = table_text(&p->table, row, p->x);
    if (!isatty(STDERR_FILENO))
        return;
    fputs("\r\033[K", stderr);
    show_progress(progress, table_text(&p->table, row, p->block));
    fprintf(stderr, " · %s %s %s", table_text(&p->table, row, p->experiment),
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

struct records {
    struct record plan, trials, raw, latencies;
};

// Whether the client hosts are there for a trial that needs them; otherwise why not.
static const char *missing_hosts(const struct setting *setting, const struct plan *p, size_t row)
{
    bool serves = trial_type_named(table_text(&p->table, row, p->type))->serves;
    return serves ? client_hosts_open(setting) : NULL;
}

// Executes what the plan has and trials.tsv has not. Returns NULL, or why it cannot go on.
static const char *execute(const struct setting *setting, struct plan *plan,
                           const struct records *records, struct progress *progress)
{
    const char *block = "";
    for (size_t row = 0; row < plan->table.rows && !interrupted; row++) {
        struct measurement m;
        struct lines lines;
        time_t started = time(NULL);
        uint64_t start_ns = now_ns();
        if (plan->done[row])
            continue;
        if (strcmp(block, table_text(&plan->table, row, plan->block)) != 0) {
            block = table_text(&plan->table, row, plan->block);
            show_block(progress, block);
        }
        show_trial(progress, plan, row);
        const char *reason = missing_hosts(setting, plan, row);
        if (reason)
            return reason;
        measure(setting, plan, row, &lines, &m);
        double wall_s = (double)(now_ns() - start_ns) / 1e9;
        progress->spent_s += wall_s;
        if (!interrupted) {
            append_line(&records->raw, lines.raw, row + 1);
            append_line(&records->latencies, lines.latencies, row + 1);
            append_row(&records->trials, plan, row, started, wall_s, &m);
        }
        free(lines.raw);
        free(lines.latencies);
    }
    return NULL;
}

// Chooses the block after this plan and appends it. False: the run is complete.
static bool plan_block(const char *folder, struct scheduler *scheduler, const struct plan *plan,
                       const struct records *records, struct progress *progress)
{
    static char path[4096];
    struct table cells;
    bool *chosen = memory_for(scheduler_cells(scheduler), sizeof *chosen);
    size_t count = scheduler_choose(scheduler, folder, progress->budget_s, chosen),
           last = (size_t)table_number(&plan->table, plan->table.rows - 1, plan->block);
    scheduler_describe(scheduler, progress->known, sizeof progress->known);
    if (count > 0) {
        path_in(folder, "cells.tsv", path);
        table_read(&cells, path);
        blocks_append(&records->plan, &cells, setting_seed(folder),
                      &(struct block){last + 1, plan->table.rows, chosen,
                                      scheduler_loads(scheduler), progress->budget_s});
        table_free(&cells);
    }
    free(chosen);
    return count > 0;
}

static struct records open_records(const char *run)
{
    struct plan plan = {0};
    struct records records = {.trials = trials_open(run)};
    records.plan = blocks_open(run);
    read_plan(run, &plan);
    read_done(records.trials.path, &plan);
    records.raw = open_beside(run, "hyperfine.tsv", "trial\treport", &plan);
    records.latencies = open_beside(run, "latency.tsv", "trial\thistogram", &plan);
    free_plan(&plan);
    return records;
}

int main(int argc, char **argv)
{
    struct options options = {.budget_minutes = 10};
    struct argp argp = {
        argp_options, parse_option, "RUN_FOLDER", "Carries out the trials of a run.",
        NULL,         NULL,         NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;

    struct plan plan = {0};
    struct setting setting;
    read_plan(options.run, &plan); // exits if there is none
    free_plan(&plan);
    setting_read(options.run, &setting);
    struct scheduler *scheduler = scheduler_read(options.run);
    struct records records = open_records(options.run);
    struct progress progress = {.budget_s = options.budget_minutes * 60};

    struct sigaction action = {.sa_handler =
                                   interrupt}; // no SA_RESTART: it interrupts waiting calls
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    hold_off_halts();
    keep_ipc_apart();

    const char *reason = NULL;
    bool goes_on = true;
    while (goes_on) {
        read_plan(options.run, &plan);
        progress.spent_s = read_done(records.trials.path, &plan);
        if (plan.left > 0)
            reason = execute(&setting, &plan, &records, &progress);
        if (!interrupted && !reason) // the last trial may have lost a host again
            reason = client_hosts_open(&setting);
        goes_on = !interrupted && !reason &&
                  plan_block(options.run, scheduler, &plan, &records, &progress);
        free_plan(&plan);
    }
    if (!interrupted && !reason)
        scheduler_write_dropped(scheduler, options.run);
    scheduler_free(scheduler);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (interrupted || reason)
        errx(1, "%s: the rows so far are kept; to continue: make bench RUN=%s BUDGET=%g",
             interrupted ? "interrupted" : reason, basename(options.run), options.budget_minutes);
    return 0;
}
