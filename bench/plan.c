// plan: writes down everything that a run will measure, and in which order, before anything is
// measured.
//
// A cell is an experiment, a model and the value of what varies. A block is every cell once,
// shuffled; blocks follow each other, each with an order of its own that depends on the seed and
// its number alone. So a run can stop after any block, go on later, or be given more time, and the
// rows that are there already stay as they are.
//
// Writes into the run's folder: settings.tsv, experiments/ (a copy), models.tsv and plan.tsv. Where
// the first three are there already, only plan.tsv is written anew, for the given budget.
#include "bench/core/cpus.h"
#include "bench/core/experiment.h"
#include "bench/core/number.h"
#include "bench/core/output.h"
#include "bench/core/statistics.h"
#include "bench/core/table.h"

#include <argp.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LEAST_BLOCKS = 3 };

struct options {
    const char *run;
    const char *experiments, *models; // names separated by blanks; NULL: all
    const char *server_cpus, *client_cpus;
    double budget_minutes;
    unsigned long seed;
};

enum {
    EXPERIMENTS_OPTION = 256,
    MODELS_OPTION,
    BUDGET_OPTION,
    SEED_OPTION,
    SERVER_CPUS_OPTION,
    CLIENT_CPUS_OPTION
};

static const struct argp_option argp_options[] = {
    {"experiments", EXPERIMENTS_OPTION, "NAMES", 0, "Only these experiments (default: all)", 0},
    {"models", MODELS_OPTION, "NAMES", 0, "Only these models (default: all)", 0},
    {"budget", BUDGET_OPTION, "MINUTES", 0, "Time for all trials together (default 10)", 0},
    {"seed", SEED_OPTION, "N", 0, "Seed of the order (default 1)", 0},
    {"server-cpus", SERVER_CPUS_OPTION, "LIST", 0,
     "Processors of the server (default: the last core)", 0},
    {"client-cpus", CLIENT_CPUS_OPTION, "LIST", 0,
     "Processors of the client (default: the core before it)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case EXPERIMENTS_OPTION:
        options->experiments = argument;
        return 0;
    case MODELS_OPTION:
        options->models = argument;
        return 0;
    case BUDGET_OPTION:
        options->budget_minutes = number_real(argument, "the budget in MINUTES", 0, 10080);
        return 0;
    case SEED_OPTION:
        options->seed = number_whole(argument, "the seed", 0, 1000000000000000);
        return 0;
    case SERVER_CPUS_OPTION:
        options->server_cpus = argument;
        return 0;
    case CLIENT_CPUS_OPTION:
        options->client_cpus = argument;
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

// Whether a name is among the words of a list.
static bool is_listed(const char *name, const char *list)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || isspace((unsigned char)at[-1])) &&
            (!at[length] || isspace((unsigned char)at[length])))
            return true;
    return false;
}

// Ends the program if one of the names asked for is not among those that there are.
static void check_names(const char *asked, const char *there_are, const char *what)
{
    char *names = strdup(asked ? asked : ""), *rest = names, *name;
    if (!names)
        err(1, "plan");
    while ((name = strsep(&rest, " \t\n")))
        if (*name && !is_listed(name, there_are))
            errx(2, "no %s is called '%s'", what, name);
    free(names);
}

// Whether the kernel would let a process have exactly these processors.
static bool are_usable(const cpu_set_t *cpus)
{
    cpu_set_t before, got;
    if (sched_getaffinity(0, sizeof before, &before) < 0)
        err(1, "sched_getaffinity");
    bool usable = sched_setaffinity(0, sizeof *cpus, cpus) == 0 &&
                  sched_getaffinity(0, sizeof got, &got) == 0 && CPU_EQUAL(&got, cpus);
    if (sched_setaffinity(0, sizeof before, &before) < 0)
        err(1, "sched_setaffinity");
    return usable;
}

static void choose(const char *list, cpu_set_t *cpus)
{
    if (!list)
        return;
    if (cpus_parse(list, cpus) < 0)
        errx(2, "not a list of processors: '%s'", list);
    if (!are_usable(cpus))
        errx(2, "not all of these processors can be used here: '%s'", list);
}

static void write_settings(const struct options *options)
{
    cpu_set_t server, client;
    char server_list[5 * CPU_SETSIZE], client_list[5 * CPU_SETSIZE];
    cpus_choose(&server, &client);
    choose(options->server_cpus, &server);
    choose(options->client_cpus, &client);
    cpus_print(&server, server_list, sizeof server_list);
    cpus_print(&client, client_list, sizeof client_list);
    struct output settings = output_begin(options->run, "settings.tsv");
    fprintf(settings.file, "name\tvalue\nseed\t%lu\nserver_cpus\t%s\nclient_cpus\t%s\n",
            options->seed, server_list, client_list);
    output_complete(&settings);
}

static void copy_experiment(const char *run, const struct experiment *e)
{
    char name[128];
    snprintf(name, sizeof name, "experiments/%s.conf", e->stem);
    struct output copy = output_begin(run, name);
    for (size_t i = 0; i < e->lines; i++)
        fprintf(copy.file, "%-11s %s\n", e->keys[i], e->values[i]);
    output_complete(&copy);
}

// What a program says of itself: name, family, capacity, workers, source, summary. Returns its exit
// status; then text is that line, or the reason why it does not run here.
static int describe(const char *program, char *text, size_t bytes)
{
    char command[4096];
    snprintf(command, sizeof command, "timeout 10 '%s' --describe 2>&1", program);
    FILE *output = popen(command, "re"); // both streams: the line comes first if it is there
    if (!output)
        err(1, "%s", program);
    size_t length = fread(text, 1, bytes - 1, output);
    text[length] = '\0';
    int status = pclose(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_varied(const struct experiment *e, const char *key)
{
    const char *vary = experiment_get(e, "vary");
    size_t length = strlen(key);
    return vary && strncmp(vary, key, length) == 0 && vary[length] == ' ';
}

// Where an experiment's programs are: build/ has them as this build links them, build/static/ has
// copies linked statically.
static void find_folder(const struct experiment *e, bool is_static, char folder[128])
{
    const char *kind = experiment_need(e, "kind"), *programs = "servers";
    if (strcmp(kind, "time") == 0)
        programs = experiment_need(e, "programs");
    else if (strcmp(kind, "serve") != 0)
        errx(1, "experiment %s: kind is serve or time, not '%s'", e->stem, kind);
    snprintf(folder, 128, "build/%s%s", is_static ? "static/" : "", programs);
}

// Like describe, of a program's statically linked copy. If there is none, the build has said why.
static int describe_static(const struct experiment *e, const char *name, char *text, size_t bytes)
{
    char folder[128], program[512];
    find_folder(e, true, folder);
    snprintf(program, sizeof program, "%s/%s", folder, name);
    if (access(program, X_OK) == 0)
        return describe(program, text, bytes);
    FILE *reason = fopen("build/static/none", "re");
    snprintf(text, bytes, "%s: ", name);
    size_t used = strlen(text);
    if (!reason || !fgets(text + used, (int)(bytes - used), reason))
        snprintf(text, bytes, "%s: there is no statically linked copy of it", name);
    if (reason)
        fclose(reason);
    return 77;
}

// The models of an experiment: the programs of its folder that it names, or all, and that were
// asked for.
static void write_models(FILE *file, const struct experiment *e, const struct options *options,
                         FILE *names)
{
    char folder[128], pattern[256], text[4096], *there_are;
    size_t bytes;
    glob_t found;
    const char *only = experiment_get(e, "models");
    FILE *programs = open_memstream(&there_are, &bytes);
    if (!programs)
        err(1, "plan");
    find_folder(e, false, folder);
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        errx(1, "no programs in %s: run make first", folder);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *program = found.gl_pathv[i], *name = strrchr(program, '/') + 1;
        struct stat info;
        if (stat(program, &info) < 0 || !S_ISREG(info.st_mode))
            continue;
        fprintf(names, "%s ", name);
        fprintf(programs, "%s ", name);
        if ((only && !is_listed(name, only)) ||
            (options->models && !is_listed(name, options->models)))
            continue;
        int status = describe(program, text, sizeof text);
        if (status == 0 && is_varied(e, "linking"))
            status = describe_static(e, name, text, sizeof text);
        text[strcspn(text, "\n")] = '\0';
        const char *reason = strstr(text, ": "); // behind the program's name
        if (status == 0)
            fprintf(file, "%s\t%s\tok\n", e->stem, text);
        else if (status == 77)
            fprintf(file, "%s\t%s\t-\t-\t-\t-\t-\tskipped: %s\n", e->stem, name,
                    reason ? reason + 2 : text);
        else
            errx(1, "%s --describe failed: %s", program, text);
    }
    globfree(&found);
    if (fclose(programs) == EOF)
        err(1, "plan");
    char what[128];
    snprintf(what, sizeof what, "program of experiment %s", e->stem);
    check_names(only, there_are, what);
    free(there_are);
}

static void set_up_run(const struct options *options)
{
    struct experiment *all;
    char path[4096];
    size_t count = experiments_read("bench/experiments", &all), bytes;
    char *names;
    FILE *found = open_memstream(&names, &bytes);
    if (!found)
        err(1, "plan");
    for (size_t i = 0; i < count; i++)
        fprintf(found, "%s ", all[i].stem);
    fflush(found);
    check_names(options->experiments, names, "experiment");
    rewind(found);
    snprintf(path, sizeof path, "%s/experiments", options->run);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        err(1, "%s", path);
    struct output listed = output_begin(options->run, "models.tsv");
    fputs("experiment\tname\tfamily\tcapacity\tworkers\tsource\tsummary\tstatus\n", listed.file);
    for (size_t i = 0; i < count; i++) {
        if (options->experiments && !is_listed(all[i].stem, options->experiments))
            continue;
        copy_experiment(options->run, &all[i]);
        write_models(listed.file, &all[i], options, found);
    }
    if (fclose(found) == EOF)
        err(1, "plan");
    check_names(options->models, names, "model");
    free(names);
    output_complete(&listed);
    experiments_free(all, count);
    write_settings(options);
}

struct cell {
    char experiment[64], kind[8], model[64], x[64], program[512], arguments[256], load[256];
    double least_s; // the time it cannot go below
};

static struct cell *cells;
static size_t cell_count;

// A serving experiment's number: its own value, or x if that is what varies.
static double varied(const struct experiment *e, const char *key, const char *x_name, const char *x,
                     double otherwise)
{
    if (x_name && strcmp(key, x_name) == 0)
        return number_real(x, key, 0, 1e9);
    return experiment_get(e, key) ? experiment_number(e, key, 0, 1e9) : otherwise;
}

static double pool_size(const struct experiment *e, double connections)
{
    bool grows = strcmp(experiment_need(e, "pool"), "connections") == 0;
    return grows ? connections : experiment_number(e, "pool", 1, 65536);
}

static void serving_cell(struct cell *c, const struct experiment *e, const char *capacity,
                         bool has_pool, const char *x_name, const char *x)
{
    double connections = varied(e, "connections", x_name, x, 1),
           requests = varied(e, "requests", x_name, x, 0);
    double bytes = varied(e, "bytes", x_name, x, 64), rate = varied(e, "rate", x_name, x, 0);
    double window_s = experiment_number(e, "window_s", 0.01, 3600),
           warmup_s = experiment_number(e, "warmup_s", 0, 3600);
    // A loop serves any number of connections: its pool is not sized by them.
    bool is_sized = has_pool && strcmp(capacity, "many") != 0;
    double workers = is_sized ? pool_size(e, connections) : 0;
    bool one_at_a_time = strcmp(capacity, "one") == 0 || strcmp(capacity, "hashed") == 0;
    if (one_at_a_time && requests == 0 && connections > 1)
        return; // some would wait for ever
    if (strcmp(capacity, "workers") == 0 && requests == 0 && connections > workers)
        return;
    if (is_sized)
        snprintf(c->arguments, sizeof c->arguments, "-w %.0f", workers);
    else
        snprintf(c->arguments, sizeof c->arguments, "-");
    snprintf(c->load, sizeof c->load,
             "-c %.0f -k %.0f -s %.0f -r %g -d %g --warmup %g --timeout 10", connections, requests,
             bytes, rate, window_s, warmup_s);
    c->least_s = window_s + warmup_s;
    cell_count++;
}

static void timed_cell(struct cell *c, const struct experiment *e)
{
    snprintf(c->arguments, sizeof c->arguments, "-");
    char own[128]; // a model that is much slower or faster than the others has counts of its own
    snprintf(own, sizeof own, "counts:%s", c->model);
    snprintf(c->load, sizeof c->load, "%s",
             experiment_need(e, experiment_get(e, own) ? own : "counts"));
    c->least_s = 0.05;
    cell_count++;
}

static void name_program(struct cell *c, const struct experiment *e, const char *x)
{
    char folder[128];
    bool is_static = is_varied(e, "linking") && strcmp(x, "static") == 0;
    if (is_varied(e, "linking") && !is_static && strcmp(x, "dynamic") != 0)
        errx(1, "experiment %s: linking is dynamic or static, not '%s'", e->stem, x);
    find_folder(e, is_static, folder);
    snprintf(c->program, sizeof c->program, "%s/%s", folder, c->model);
}

static void add_cells(const struct experiment *e, const char *model, const char *capacity,
                      bool has_pool)
{
    char values[1024] = "-", *rest = values, *x_name = NULL, *x;
    const char *kind = experiment_need(e, "kind");
    bool serves = strcmp(kind, "serve") == 0;
    if (experiment_get(e, "vary")) {
        snprintf(values, sizeof values, "%s", experiment_get(e, "vary"));
        x_name = strsep(&rest, " ");
        const char *known = serves ? "linking connections requests bytes rate" : "linking";
        if (!is_listed(x_name, known))
            errx(1, "experiment %s: what varies is one of: %s; not '%s'", e->stem, known, x_name);
    }
    while ((x = strsep(&rest, " "))) {
        cells = realloc(cells, (cell_count + 1) * sizeof *cells);
        if (!cells)
            err(1, "plan");
        struct cell *c = &cells[cell_count];
        *c = (struct cell){0};
        snprintf(c->experiment, sizeof c->experiment, "%s", e->stem);
        snprintf(c->kind, sizeof c->kind, "%s", kind);
        snprintf(c->model, sizeof c->model, "%s", model);
        snprintf(c->x, sizeof c->x, "%s", x);
        name_program(c, e, x);
        if (serves)
            serving_cell(c, e, capacity, has_pool, x_name, x);
        else
            timed_cell(c, e);
    }
}

static void find_cells(const char *run)
{
    struct experiment *experiments;
    struct table models;
    char path[4096];
    snprintf(path, sizeof path, "%s/experiments", run);
    size_t count = experiments_read(path, &experiments);
    snprintf(path, sizeof path, "%s/models.tsv", run);
    table_read(&models, path);
    size_t experiment = table_column(&models, "experiment"), name = table_column(&models, "name");
    size_t capacity = table_column(&models, "capacity"), status = table_column(&models, "status");
    size_t workers = table_column(&models, "workers");
    size_t last_skipped = models.rows;
    for (size_t i = 0; i < count; i++)
        for (size_t row = 0; row < models.rows; row++) {
            if (strcmp(table_text(&models, row, experiment), experiments[i].stem) != 0)
                continue;
            if (strcmp(table_text(&models, row, status), "ok") == 0)
                add_cells(&experiments[i], table_text(&models, row, name),
                          table_text(&models, row, capacity),
                          strcmp(table_text(&models, row, workers), "-") != 0);
            else
                last_skipped = row;
        }
    if (!cell_count && last_skipped == models.rows)
        errx(1, "%s: no experiment asked for measures a model asked for", run);
    if (!cell_count)
        errx(1, "%s: nothing can be measured here: %s is %s", run,
             table_text(&models, last_skipped, name), table_text(&models, last_skipped, status));
    table_free(&models);
    experiments_free(experiments, count);
}

static unsigned long stored_seed(const char *run)
{
    struct table settings;
    char path[4096];
    double seed = NAN;
    snprintf(path, sizeof path, "%s/settings.tsv", run);
    table_read(&settings, path);
    for (size_t row = 0; row < settings.rows; row++)
        if (strcmp(table_text(&settings, row, 0), "seed") == 0)
            seed = table_number(&settings, row, 1);
    table_free(&settings);
    if (isnan(seed))
        errx(1, "%s: no seed", path);
    return (unsigned long)seed;
}

// The blocks of the plan that is there already, 0 if none is.
static size_t blocks_planned(const char *run)
{
    struct table plan;
    char path[4096];
    size_t blocks = 0;
    snprintf(path, sizeof path, "%s/plan.tsv", run);
    if (access(path, F_OK) < 0)
        return 0;
    table_read(&plan, path);
    if (plan.rows)
        blocks = (size_t)table_number(&plan, plan.rows - 1, table_column(&plan, "block"));
    table_free(&plan);
    return blocks;
}

// As many blocks as would fit if nothing but windows took time: more than will be run before the
// budget is spent. A plan never gets shorter: some of it may have been carried out.
static void write_plan(const char *run, double budget_minutes)
{
    double block_s = 0;
    for (size_t i = 0; i < cell_count; i++)
        block_s += cells[i].least_s;
    size_t blocks = (size_t)ceil(budget_minutes * 60 / block_s), trial = 0;
    if (blocks < LEAST_BLOCKS)
        blocks = LEAST_BLOCKS;
    if (blocks < blocks_planned(run))
        blocks = blocks_planned(run);
    unsigned long seed = stored_seed(run);
    size_t *order = calloc(cell_count, sizeof *order);
    if (!order)
        err(1, "plan");
    struct output plan = output_begin(run, "plan.tsv");
    fputs("trial\tblock\texperiment\tkind\tmodel\tx\tprogram\targuments\tload\n", plan.file);
    for (size_t block = 1; block <= blocks; block++) {
        unsigned short state[3];
        random_state(state, seed, block);
        for (size_t i = 0; i < cell_count; i++)
            order[i] = i;
        shuffle(order, cell_count, state);
        for (size_t i = 0; i < cell_count; i++) {
            const struct cell *c = &cells[order[i]];
            fprintf(plan.file, "%zu\t%zu\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", ++trial, block,
                    c->experiment, c->kind, c->model, c->x, c->program, c->arguments, c->load);
        }
    }
    output_complete(&plan);
    free(order);
    free(cells);
}

int main(int argc, char **argv)
{
    struct options options = {.budget_minutes = 10, .seed = 1};
    struct argp argp = {
        argp_options, parse_option, "RUN_FOLDER", "Plans a run: which trials, in which order.",
        NULL,         NULL,         NULL};
    char path[4096];
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;
    snprintf(path, sizeof path, "%s/settings.tsv", options.run);
    if (access(path, F_OK) < 0)
        set_up_run(&options);
    find_cells(options.run);
    write_plan(options.run, options.budget_minutes);
    return 0;
}
