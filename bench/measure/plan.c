// plan: writes down everything that a run can measure before the first measurement.
//
// A cell is an experiment, a model and the value of what varies. A block is a choice of cells, each
// once, shuffled so that cells to be compared stay close together. The first block is planned here;
// the others are chosen while the run goes on (scheduler.h).
//
// Writes into the run's folder: experiments/, claims/ and situations/ (copies), foreign/ (copies of
// those that take part), models.tsv, cells.tsv, left_out.tsv, not_measured.tsv, settings.tsv and
// plan.tsv. If all but the last exist, only plan.tsv is written.
#include "bench/base/cpus.h"
#include "bench/base/experiment.h"
#include "bench/base/memory.h"
#include "bench/base/names.h"
#include "bench/base/number.h"
#include "bench/base/output.h"
#include "bench/base/run_folder.h"
#include "bench/base/table.h"
#include "bench/measure/plan/blocks.h"
#include "bench/measure/plan/cells.h"
#include "bench/measure/plan/contender.h"
#include "bench/measure/plan/foreign.h"
#include "bench/measure/scheduler.h"
#include "bench/measure/trial/setting.h"
#include "clients/core/host.h"

#include <argp.h>
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

struct options {
    const char *run;
    const char *experiments; // names separated by blanks, or "all"; NULL: the core
    const char *models;      // the same; NULL: all
    const char *server_cpus, *client_cpus;
    const char *own_server, *own_servers; // the user's: a command, and a file; or NULL
    const char *client_hosts, *launch, *server_address; // of remote clients, or NULL
    unsigned long seed;
};

enum {
    EXPERIMENTS_OPTION = 256,
    MODELS_OPTION,
    SEED_OPTION,
    SERVER_CPUS_OPTION,
    CLIENT_CPUS_OPTION,
    OWN_SERVER_OPTION,
    OWN_SERVERS_OPTION,
    CLIENT_HOSTS_OPTION,
    LAUNCH_OPTION,
    SERVER_ADDRESS_OPTION
};

static const struct argp_option argp_options[] = {
    {"experiments", EXPERIMENTS_OPTION, "NAMES", 0,
     "Only these experiments, or all (default: those that are marked as the core)", 0},
    {"models", MODELS_OPTION, "NAMES", 0, "Only these models (default: all)", 0},
    {"seed", SEED_OPTION, "N", 0, "Seed of the order (default 1)", 0},
    {"server-cpus", SERVER_CPUS_OPTION, "LIST", 0,
     "Processors of the server (default: the last core)", 0},
    {"client-cpus", CLIENT_CPUS_OPTION, "LIST", 0,
     "Processors of the client (default: the core before it)", 0},
    {"server", OWN_SERVER_OPTION, "COMMAND", 0,
     "A server of your own, called mine; {port} is the port to listen on, {address} the address",
     0},
    {"servers", OWN_SERVERS_OPTION, "FILE", 0, "Servers of your own, in lines NAME=COMMAND", 0},
    {"client-hosts", CLIENT_HOSTS_OPTION, "NAMES", 0,
     "Drive from these hosts instead of this machine, separated by blanks", 0},
    {"launch", LAUNCH_OPTION, "COMMAND", 0,
     "How to start a program on the host {} (default: " HOST_LAUNCH ")", 0},
    {"server-address", SERVER_ADDRESS_OPTION, "ADDRESS", 0,
     "Address of this machine that the client hosts reach", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case EXPERIMENTS_OPTION:
        options->experiments = argument;
        return 0;
    case MODELS_OPTION:
        options->models = argument;
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
    case OWN_SERVER_OPTION:
        options->own_server = argument;
        return 0;
    case OWN_SERVERS_OPTION:
        options->own_servers = argument;
        return 0;
    case CLIENT_HOSTS_OPTION:
        options->client_hosts = argument;
        return 0;
    case LAUNCH_OPTION:
        options->launch = argument;
        return 0;
    case SERVER_ADDRESS_OPTION:
        options->server_address = argument;
        return 0;
    default:
        return run_folder_option(key, argument, state, &options->run);
    }
}

// Whether the kernel lets a process use exactly these CPUs.
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
        errx(2, "not a list of CPUs: '%s'", list);
    if (!are_usable(cpus))
        errx(2, "not all of these CPUs can be used here: '%s'", list);
}

static struct processors choose_processors(const struct options *options)
{
    struct processors setting;
    cpus_choose(1, &setting.server, &setting.client);
    choose(options->server_cpus, &setting.server);
    choose(options->client_cpus, &setting.client);
    return setting;
}

// Servers listen beyond the loopback interface only on an address that was named.
static void check_remote(const struct options *options)
{
    static struct host hosts[HOSTS_AT_MOST];
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (!options->client_hosts) {
        if (options->launch || options->server_address)
            errx(2, "LAUNCH and SERVER_ADDRESS are for CLIENT_HOSTS, which names no host");
        return;
    }
    if (hosts_named(options->client_hosts, hosts) == 0)
        errx(2, "CLIENT_HOSTS names no host");
    host_check_launch(options->launch ? options->launch : HOST_LAUNCH);
    if (!options->server_address)
        errx(2, "SERVER_ADDRESS is missing: the address of this machine that the client hosts "
                "reach");
    if (inet_pton(AF_INET, options->server_address, &address.sin_addr) != 1 ||
        address.sin_addr.s_addr == INADDR_ANY)
        errx(2, "SERVER_ADDRESS must be a numeric IPv4 address, not '%s'", options->server_address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        errx(2, "SERVER_ADDRESS %s is not an address of this machine", options->server_address);
    close(fd);
}

static void write_settings(const struct options *options, const struct processors *setting)
{
    char server_list[5 * CPU_SETSIZE], client_list[5 * CPU_SETSIZE];
    const char *difference = cpus_differ(&setting->server, &setting->client, "");
    if (difference)
        warnx("server and client run on %s, which makes them unequal (SERVER_CPUS, CLIENT_CPUS)",
              difference);
    cpus_print(&setting->server, server_list, sizeof server_list);
    cpus_print(&setting->client, client_list, sizeof client_list);
    struct output settings = output_begin(options->run, "settings.tsv");
    fprintf(settings.file, "name\tvalue\nseed\t%lu\nserver_cpus\t%s\nclient_cpus\t%s\n",
            options->seed, server_list, client_list);
    if (options->experiments)
        fprintf(settings.file, "experiments\t%s\n", options->experiments);
    if (options->models)
        fprintf(settings.file, "models\t%s\n", options->models);
    if (options->client_hosts)
        fprintf(settings.file, "client_hosts\t%s\nlaunch\t%s\nserver_address\t%s\n",
                options->client_hosts, options->launch ? options->launch : HOST_LAUNCH,
                options->server_address);
    output_complete(&settings);
}

static void make_folder(const char *run, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", run, name);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        err(1, "%s", path);
}

// Copies the claims or the situations, if there are any.
static void freeze(const char *run, enum conf_kind kind, const char *folder)
{
    char path[4096];
    struct experiment *confs;
    snprintf(path, sizeof path, "bench/questions/%s", folder);
    if (access(path, F_OK) < 0)
        return;
    size_t count = confs_read(kind, path, &confs);
    make_folder(run, folder);
    for (size_t i = 0; i < count; i++)
        conf_copy(run, folder, &confs[i]);
    experiments_free(confs, count);
}

// The files that describe what a run measures.
struct inventory {
    struct output models, cells, left_out, not_measured;
};

static void take_stock(const struct experiment *e, const struct options *options,
                       const struct processors *processors, struct foreign_servers *foreign,
                       FILE *names, struct inventory *inventory)
{
    struct contender *contenders;
    size_t count = contenders_find(e, options->models, foreign, names, &contenders);
    for (size_t i = 0; i < count; i++) {
        const struct contender *who = &contenders[i];
        fprintf(inventory->models.file, "%s\t%s\t%s\t%s\n", e->stem, who->name, who->description,
                who->status);
        if (strcmp(who->status, "ok") == 0)
            cells_write(e, who, options->models != NULL, processors, inventory->cells.file,
                        inventory->left_out.file);
    }
    free(contenders);
}

// By default the marked ones, or all if none is. The user's servers take part in some others, too.
static bool is_asked(const struct experiment *e, const char *choice, bool has_core, bool has_own)
{
    bool core = experiment_get(e, "core") || (has_own && experiment_get(e, "foreign"));
    if (choice)
        return strcmp(choice, "all") == 0 || is_listed(e->stem, choice);
    return core || !has_core;
}

static void set_up_run(const struct options *options)
{
    struct experiment *all;
    size_t count = experiments_read("bench/questions/experiments", &all), bytes;
    bool has_core = false, has_own = options->own_server || options->own_servers;
    char *names;
    FILE *found = open_memstream(&names, &bytes);
    if (!found)
        err(1, "plan");
    for (size_t i = 0; i < count; i++) {
        fprintf(found, "%s ", all[i].stem);
        has_core = has_core || experiment_get(&all[i], "core");
    }
    fflush(found);
    if (options->experiments && strcmp(options->experiments, "all") != 0)
        check_names(options->experiments, names, "experiment");
    rewind(found);
    check_remote(options);
    struct processors setting = choose_processors(options);
    struct foreign_servers foreign =
        foreign_servers_read(options->run, &setting.server, options->own_server,
                             options->own_servers, options->server_address);
    make_folder(options->run, "experiments");
    freeze(options->run, CLAIM, "claims");
    freeze(options->run, SITUATION, "situations");
    struct inventory inventory = {
        .models = output_begin(options->run, "models.tsv"),
        .cells = output_begin(options->run, "cells.tsv"),
        .left_out = output_begin(options->run, "left_out.tsv"),
        .not_measured = output_begin(options->run, "not_measured.tsv"),
    };
    fputs("experiment\tname\tfamily\tcapacity\tworkers\tsource\tsummary\tstatus\n",
          inventory.models.file);
    fputs(CELL_COLUMNS "\n", inventory.cells.file);
    fputs(LEFT_OUT_COLUMNS "\n", inventory.left_out.file);
    fputs("experiment\tquestion\n", inventory.not_measured.file);
    for (size_t i = 0; i < count; i++) {
        if (!is_asked(&all[i], options->experiments, has_core, has_own)) {
            fprintf(inventory.not_measured.file, "%s\t%s\n", all[i].stem,
                    experiment_need(&all[i], "question"));
            continue;
        }
        conf_copy(options->run, "experiments", &all[i]);
        take_stock(&all[i], options, &setting, &foreign, found, &inventory);
    }
    if (fclose(found) == EOF)
        err(1, "plan");
    check_names(options->models, names, "model");
    free(names);
    output_complete(&inventory.models);
    output_complete(&inventory.cells);
    output_complete(&inventory.left_out);
    output_complete(&inventory.not_measured);
    foreign_servers_free(&foreign);
    experiments_free(all, count);
    write_settings(options, &setting); // written last: a run with this file is complete
}

// Why nothing can be measured.
static _Noreturn void refuse(const char *run)
{
    char path[4096];
    struct table models;
    snprintf(path, sizeof path, "%s/models.tsv", run);
    table_read(&models, path);
    size_t name = table_column(&models, "name"), status = table_column(&models, "status");
    for (size_t row = models.rows; row-- > 0;)
        if (strcmp(table_text(&models, row, status), "ok") != 0)
            errx(1, "%s: nothing can be measured here: %s is %s", run,
                 table_text(&models, row, name), table_text(&models, row, status));
    errx(1, "%s: none of the chosen experiments measures a chosen model", run);
}

static void write_first_block(const char *run)
{
    struct table cells;
    char path[4096];
    snprintf(path, sizeof path, "%s/cells.tsv", run);
    table_read(&cells, path);
    if (!cells.rows)
        refuse(run);
    bool *chosen = memory_for(cells.rows, sizeof *chosen);
    struct scheduler *scheduler = scheduler_read(run);
    scheduler_choose_first(scheduler, chosen);
    scheduler_free(scheduler);
    struct record plan = blocks_open(run);
    blocks_append(&plan, &cells, setting_seed(run),
                  &(struct block){.number = 1, .chosen = chosen, .budget_s = NAN});
    close(plan.fd);
    free(chosen);
    table_free(&cells);
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1};
    struct argp argp = {
        argp_options, parse_option, "RUN_FOLDER", "Plans a run: which trials, in which order.",
        NULL,         NULL,         NULL};
    char path[4096];
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;
    snprintf(path, sizeof path, "%s/settings.tsv", options.run);
    if (access(path, F_OK) < 0)
        set_up_run(&options);
    snprintf(path, sizeof path, "%s/plan.tsv", options.run);
    if (access(path, F_OK) < 0)
        write_first_block(options.run);
    return 0;
}
