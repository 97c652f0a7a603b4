// trial: carries out the trials of a plan, one after the other, and appends a row to trials.tsv as
// each ends.
//
// It stops after the last whole block that fits the budget (three at least), or when every headline
// ratio is sharp; experiments that have their answer (sharpness.h) take part in no further block.
// Rows that are there already are not measured again: after an interruption, or for more time, it
// goes on where it stopped.
#include "bench/core/kind.h"
#include "bench/core/measurement.h"
#include "bench/core/number.h"
#include "bench/core/process.h"
#include "bench/core/questions.h"
#include "bench/core/setting.h"
#include "bench/core/table.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
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
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case BUDGET_OPTION:
        options->budget_minutes = number_real(argument, "the budget in MINUTES", 0, 10080);
        return 0;
    case ARGP_KEY_ARG:
        if (options->run)
            errx(2, "one folder, not also '%s'", argument);
        options->run = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->run)
            errx(2, "which folder is the run's?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    interrupted = signal_number;
}

struct plan {
    struct table table;
    size_t trial, block, experiment, kind, model, x, program, arguments, load; // columns
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
    p->kind = table_column(&p->table, "kind");
    p->model = table_column(&p->table, "model");
    p->x = table_column(&p->table, "x");
    p->program = table_column(&p->table, "program");
    p->arguments = table_column(&p->table, "arguments");
    p->load = table_column(&p->table, "load");
    p->done = calloc(p->table.rows, sizeof *p->done);
    if (!p->done)
        err(1, "%s", path);
}

// Opens trials.tsv for appending and locks it. A last line that was cut off is no row: it goes, and
// its trial is repeated.
static int open_trials(const char *path)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) < 0)
        err(1, "%s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        errx(1, "%s: another run is writing it", path);
    off_t whole = info.st_size;
    char last = '\n';
    while (whole > 0 && pread(fd, &last, 1, whole - 1) == 1 && last != '\n')
        whole--;
    if (whole < info.st_size) {
        warnx("%s: its last row was cut off; that trial is repeated", path);
        if (ftruncate(fd, whole) < 0)
            err(1, "%s", path);
    }
    return fd;
}

// Appends text whole or not at all.
static void append(int fd, const char *path, const char *text)
{
    struct stat info;
    size_t length = strlen(text);
    if (fstat(fd, &info) < 0)
        err(1, "%s", path);
    errno = ENOSPC; // what a short write means
    if (write(fd, text, length) == (ssize_t)length)
        return;
    int problem = errno;
    if (ftruncate(fd, info.st_size) < 0)
        warn("%s", path);
    errno = problem;
    err(1, "%s: the rows so far are kept", path);
}

static void append_header(int fd, const char *path)
{
    char text[2048];
    int used =
        snprintf(text, sizeof text, "trial\tblock\texperiment\tmodel\tx\tstarted_utc\twall_s");
    for (int i = 0; i < FIGURE_COUNT; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "\t%s", figure_names[i]);
    snprintf(text + used, sizeof text - (size_t)used, "\tstatus\n");
    append(fd, path, text);
}

static void append_row(int fd, const char *path, const struct plan *p, size_t row, time_t started,
                       double wall_s, const struct measurement *m)
{
    char text[4096], when[32];
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&started, &utc));
    const struct table *t = &p->table;
    int used =
        snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s\t%s\t%.4f", table_text(t, row, p->trial),
                 table_text(t, row, p->block), table_text(t, row, p->experiment),
                 table_text(t, row, p->model), table_text(t, row, p->x), when, wall_s);
    for (int i = 0; i < FIGURE_COUNT; i++)
        used += isfinite(m->figures[i])
                    ? snprintf(text + used, sizeof text - (size_t)used, "\t%.9g", m->figures[i])
                    : snprintf(text + used, sizeof text - (size_t)used, "\t-");
    snprintf(text + used, sizeof text - (size_t)used, "\t%s\n", m->status);
    append(fd, path, text);
}

// Marks the trials that have a row, and those of earlier blocks that have none: they were left out,
// because their experiment was sharp. Returns the time they took in s.
static double read_done(const char *path, struct plan *p, struct questions *q)
{
    struct table done;
    double spent_s = 0, last_block = 0;
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
        last_block = table_number(&p->table, planned, p->block);
    }
    for (size_t row = 0; row < p->table.rows; row++)
        if (table_number(&p->table, row, p->block) < last_block)
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

// A log gets a line a block, a terminal one line that changes.
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

static void measure(const struct setting *setting, const struct plan *p, size_t row, FILE *raw,
                    struct measurement *m)
{
    const struct table *t = &p->table;
    struct trial trial = {setting,
                          table_text(t, row, p->program),
                          table_text(t, row, p->arguments),
                          table_text(t, row, p->load),
                          row + 1,
                          raw};
    measurement_reset(m);
    kind_named(table_text(t, row, p->kind))->measure(&trial, m);
}

// How long the block that begins at this row will take, by what its trials took before.
static double expected_s(const struct plan *p, const struct questions *q, size_t row)
{
    double block = table_number(&p->table, row, p->block), sum_s = 0;
    for (; row < p->table.rows && table_number(&p->table, row, p->block) == block; row++) {
        const struct question *question =
            question_named(q, table_text(&p->table, row, p->experiment));
        if (!p->done[row] && !question->is_sharp && question->trials)
            sum_s += question->wall_s / (double)question->trials;
    }
    return sum_s;
}

// Whether the block that begins at this row is to be run.
static bool goes_on(const char *folder, const struct plan *p, struct questions *q, size_t row,
                    double spent_s, double budget_s)
{
    if (table_number(&p->table, row, p->block) <= LEAST_BLOCKS)
        return true;
    return questions_wait(q, folder) && spent_s + expected_s(p, q, row) <= budget_s;
}

int main(int argc, char **argv)
{
    struct options options = {.budget_minutes = 10};
    struct argp argp = {
        argp_options, parse_option, "RUN_FOLDER", "Carries out the trials of a plan.",
        NULL,         NULL,         NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;

    struct plan plan;
    struct setting setting;
    char trials_path[4096], raw_path[4096];
    struct questions questions;
    read_plan(options.run, &plan);
    setting_read(options.run, &setting);
    questions_read(&questions, options.run);
    path_in(options.run, "trials.tsv", trials_path);
    path_in(options.run, "hyperfine.jsonl", raw_path);
    int trials_fd = open_trials(trials_path);
    if (lseek(trials_fd, 0, SEEK_END) == 0)
        append_header(trials_fd, trials_path);
    double spent_s = read_done(trials_path, &plan, &questions),
           budget_s = options.budget_minutes * 60;
    FILE *raw = fopen(raw_path, "ae");
    if (!raw)
        err(1, "%s", raw_path);

    struct sigaction action = {
        .sa_handler = interrupt}; // without SA_RESTART: it ends what is being waited for
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // when the line is killed that this is a step of
    hold_off_halts();

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
        if (question->is_sharp)
            continue;
        struct measurement m;
        time_t started = time(NULL);
        uint64_t start_ns = monotonic_ns();
        show_trial(&plan, row, spent_s, budget_s);
        measure(&setting, &plan, row, raw, &m);
        double wall_s = (double)(monotonic_ns() - start_ns) / 1e9;
        spent_s += wall_s;
        if (interrupted)
            break;
        if (fflush(raw) == EOF)
            err(1, "%s: the rows so far are kept", raw_path);
        append_row(trials_fd, trials_path, &plan, row, started, wall_s, &m);
        question_add(question, wall_s);
    }
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (fclose(raw) == EOF)
        err(1, "%s", raw_path);
    table_free(&plan.table);
    free(plan.done);
    questions_free(&questions);
    if (interrupted)
        errx(1, "interrupted: the rows so far are kept, and the same run goes on where it stopped");
    return 0;
}
