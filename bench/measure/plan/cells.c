#include "bench/measure/plan/cells.h"
#include "bench/base/cpus.h"
#include "bench/base/load.h"
#include "bench/base/names.h"
#include "bench/measure/plan/headline.h"
#include "bench/measure/plan/layout.h"
#include "bench/measure/trial/trial_type.h"

#include <err.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MANY_CLIENTS = 33 }; // fewer have room under every limit at which a shell works

struct cell {
    const char *x_name, *x; // x_name is NULL if nothing varies
    char program[512], arguments[512], left_out[1024];
    char placed[512]; // a command that places a server on other CPUs, or empty
    struct load load;
    double least_s;
    bool is_headline;
};

// A number of a serving experiment: its own value, or x if it varies.
static double varied(const struct experiment *e, const struct cell *c, const char *key,
                     double otherwise)
{
    if (c->x_name && strcmp(key, c->x_name) == 0)
        return strtod(c->x, NULL);
    return experiment_get(e, key) ? experiment_number(e, key) : otherwise;
}

static unsigned long pool_size(const struct experiment *e, const struct cell *c)
{
    if (is_varied(e, "workers"))
        return (unsigned long)varied(e, c, "workers", 0);
    bool grows = strcmp(experiment_need(e, "pool"), "connections") == 0;
    return grows ? c->load.connections : (unsigned long)experiment_number(e, "pool");
}

static void add_argument(struct cell *c, const char *option, const char *value)
{
    size_t used = strlen(c->arguments);
    if (*value)
        snprintf(c->arguments + used, sizeof c->arguments - used, "%s%s%s%s", used ? " " : "",
                 option, *option ? " " : "", value);
}

static void add_number(struct cell *c, const char *option, unsigned long value)
{
    char text[32];
    snprintf(text, sizeof text, "%lu", value);
    add_argument(c, option, text);
}

// A time, which an experiment must have.
static double varied_seconds(const struct experiment *e, const struct cell *c, const char *key)
{
    return is_varied(e, key) ? strtod(c->x, NULL) : experiment_number(e, key);
}

// The length of a trial: a time, or a number of requests. If something else varies, the number
// grows so that every connection carries all its requests, for as many connections as there may be.
static void set_length(const struct experiment *e, struct cell *c)
{
    unsigned long total = (unsigned long)varied(e, c, "total", 0),
                  at_once = c->load.connections * c->load.requests;
    if (total > 0) {
        if (!is_varied(e, "total") && at_once > 0)
            total = (total + at_once - 1) / at_once * at_once;
        c->load.total = total;
        c->least_s = 0.1;
        return;
    }
    c->load.window_s = varied_seconds(e, c, "window_s");
    if (c->load.rate > 0 || c->load.fraction > 0)
        c->load.percentile = experiment_headline_metric(e)->percent;
    if (c->load.rate > 0)
        c->load.window_s = load_window_s(&c->load, c->load.rate);
    c->load.warmup_s = varied_seconds(e, c, "warmup_s");
    c->least_s = c->load.window_s + c->load.warmup_s;
}

// The value of a key with a list of words, or x if it varies; NULL: not set.
static const char *varied_word(const struct experiment *e, const struct cell *c, const char *key,
                               const char *const *words)
{
    const char *text = is_varied(e, key) ? c->x : experiment_get(e, key);
    return text ? word_of(text, words) : NULL;
}

// Background connections and their behaviour.
static void set_background(const struct experiment *e, struct cell *c)
{
    const char *behaviour = varied_word(e, c, "behaviour", load_behaviours);
    c->load.background = (unsigned long)varied(e, c, "background", 0);
    if (c->load.background > 0)
        c->load.behaviour = behaviour ? behaviour : "idle";
    c->load.failures_counted = experiment_get(e, "failures");
}

// If there are many clients, the program's and the kernel's limits are checked, the latter for the
// client processes.
static void add_clients(struct cell *c, unsigned long clients)
{
    struct rlimit files;
    if (clients < MANY_CLIENTS)
        return;
    add_number(c, "--clients", clients);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && clients + 16 > files.rlim_max)
        snprintf(c->left_out, sizeof c->left_out,
                 "a client may have no more than %ju descriptors here", (uintmax_t)files.rlim_max);
}

static const char *would_wait(const struct contender *who, unsigned long connections,
                              unsigned long workers)
{
    if (connections > 1 && strcmp(who->capacity, "one") == 0)
        return "a server that serves one connection at a time would let the others wait for ever";
    if (connections > 1 && strcmp(who->capacity, "hashed") == 0)
        return "the kernel may give two connections to one worker, and the second would wait for "
               "ever";
    if (connections > workers && strcmp(who->capacity, "workers") == 0)
        return "there are more connections than workers, and some would wait for ever";
    return "";
}

static void serve(const struct experiment *e, const struct contender *who, struct cell *c)
{
    struct load *load = &c->load;
    load->connections = (unsigned long)varied(e, c, "connections", 1);
    load->requests = (unsigned long)varied(e, c, "requests", 0);
    load->bytes = (unsigned long)varied(e, c, "bytes", 64);
    load->rate = varied(e, c, "rate", 0);
    load->fraction = varied(e, c, "fraction", 0);
    load->limit_ms = varied(e, c, "limit_ms", 0);
    load->timeout_s = experiment_get(e, "timeout_s") ? experiment_number(e, "timeout_s") : 10;
    load->end = varied_word(e, c, "end", load_ends);
    load->io = varied_word(e, c, "io", load_ios);
    set_background(e, c);
    // A loop serves any number of connections, so they do not set its pool size. A variant may set
    // it itself.
    bool is_sized = who->has_pool && (is_varied(e, "workers") ||
                                      (!who->workers && strcmp(who->capacity, "many") != 0));
    load->workers = is_sized ? pool_size(e, c) : who->workers;
    if (is_sized)
        add_number(c, "-w", load->workers);
    if (load->end) // it is driven until the consequences are known
        c->least_s = 0.05;
    else
        set_length(e, c);
    if (is_varied(e, "workers") && !who->has_pool)
        snprintf(c->left_out, sizeof c->left_out, "it has no workers to choose a number of");
    else if (load->requests == 0)
        snprintf(c->left_out, sizeof c->left_out, "%s",
                 would_wait(who, load->connections + load->background, load->workers));
    if (load->requests == 0)
        add_clients(c, load->connections + load->background);
}

// The idle connections to hold; after one request each they are silent.
static void hold(const struct experiment *e, const struct contender *who, struct cell *c)
{
    struct load *load = &c->load;
    load->connections = (unsigned long)varied(e, c, "connections", 1);
    if (who->has_pool && strcmp(who->capacity, "many") != 0) {
        load->workers = pool_size(e, c);
        add_number(c, "-w", load->workers);
    } else if (who->is_foreign) {
        load->workers = who->workers;
    }
    snprintf(c->left_out, sizeof c->left_out, "%s",
             would_wait(who, load->connections, load->workers));
    c->least_s = 0.1 + (double)load->connections * 2e-4; // to connect and to close
    add_clients(c, load->connections);
}

// The counts of an operation: for this model and x, or for one of the two, or for all.
static void count(const struct experiment *e, const struct contender *who, struct cell *c)
{
    char keys[4][192];
    const char *counts = NULL;
    snprintf(keys[0], sizeof keys[0], "counts:%s@%s", who->name, c->x);
    snprintf(keys[1], sizeof keys[1], "counts@%s", c->x);
    snprintf(keys[2], sizeof keys[2], "counts:%s", who->name);
    snprintf(keys[3], sizeof keys[3], "counts");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !counts; i++)
        counts = experiment_get(e, keys[i]);
    sscanf(counts ? counts : experiment_need(e, "counts"), "%lu %lu", &c->load.small_count,
           &c->load.large_count);
    if (experiment_get(e, "runs"))
        c->load.runs = (unsigned long)experiment_number(e, "runs");
    c->least_s = 0.05;
}

// The CPU of a peer that runs apart from the server: -1 if they share one.
static int processor_apart(const struct processors *processors)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &processors->client) && !CPU_ISSET(cpu, &processors->server))
            return cpu;
    return -1;
}

// If what varies is not part of the load, it is an option of the program: --NAME VALUE, or the
// experiment's `option` with % for the value.
static void add_option(const struct experiment *e, struct cell *c,
                       const struct processors *processors)
{
    char option[64], value[64], text[192];
    snprintf(option, sizeof option, "--%s", c->x_name);
    snprintf(value, sizeof value, "%s", c->x);
    if (strcmp(c->x_name, "placement") == 0) {
        if (strcmp(c->x, "same_core") == 0)
            return;
        int peer_cpu = processor_apart(processors);
        if (peer_cpu < 0) {
            snprintf(c->left_out, sizeof c->left_out, "there is only one processor to run on");
            return;
        }
        snprintf(option, sizeof option, "--peer-cpu");
        snprintf(value, sizeof value, "%d", peer_cpu);
    }
    const char *form = experiment_get(e, "option"), *mark = form ? strchr(form, '%') : NULL;
    if (mark)
        snprintf(text, sizeof text, "%.*s%s%s", (int)(mark - form), form, value, mark + 1);
    else
        snprintf(text, sizeof text, "%s %s", option, value);
    add_argument(c, "", text);
}

// Gives a server x CPUs.
static void place(struct cell *c, const struct processors *processors)
{
    char list[sizeof c->placed - sizeof "taskset -c  "];
    unsigned cores = (unsigned)strtoul(c->x, NULL, 10);
    cpu_set_t cpus;
    if (cpus_widen(&processors->server, &processors->client, cores, &cpus) < 0) {
        snprintf(c->left_out, sizeof c->left_out, "there are not so many here");
        return;
    }
    cpus_print(&cpus, list, sizeof list);
    snprintf(c->placed, sizeof c->placed, "taskset -c %s ", list);
}

// An experiment can leave cells out: MODEL@X and the reason.
static void leave_out(const struct experiment *e, const struct contender *who, struct cell *c)
{
    char cell[160];
    size_t length = (size_t)snprintf(cell, sizeof cell, "%s@%s ", who->name, c->x);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "without") == 0 && strncmp(e->values[i], cell, length) == 0)
            snprintf(c->left_out, sizeof c->left_out, "%s", e->values[i] + length);
}

// The program decides whether it can run here.
static void ask(struct cell *c)
{
    char text[sizeof c->left_out];
    if (describe(c->program, c->arguments, text, sizeof text) != 0)
        snprintf(c->left_out, sizeof c->left_out, "%s", text);
}

// The client driver decides whether it can use this backend here.
static void ask_driver(struct cell *c)
{
    char option[32], reason[512];
    snprintf(option, sizeof option, "--io %s", c->load.io);
    if (describe(BUILD_FOLDER "/clients/drive", option, reason, sizeof reason) != 0)
        snprintf(c->left_out, sizeof c->left_out, "the client cannot use %s", reason);
}

// What varies and is no key of conf.h is an option of the programs. So is where a peer runs.
static bool is_option(const struct experiment *e, const struct cell *c)
{
    return c->x_name &&
           (!conf_key_varied(c->x_name, e->path) || strcmp(c->x_name, "placement") == 0);
}

// A foreign server has no options of the suite.
static void refuse_options(const struct experiment *e, const struct contender *who, struct cell *c)
{
    if (who->is_foreign && (experiment_get(e, "options") || is_option(e, c)))
        snprintf(c->left_out, sizeof c->left_out, "it does not have the options of this question");
}

static void write_cell(const struct experiment *e, const struct contender *who, struct cell *c,
                       const struct processors *processors, FILE *cells, FILE *left_out)
{
    const char *kind = experiment_need(e, "type"), *under = experiment_get(e, "under");
    const char *options = experiment_get(e, "options");
    char load[LOAD_BYTES];
    bool serves = trial_type_named(kind)->serves;
    contender_program(e, who, c->x, c->program, sizeof c->program);
    add_argument(c, "", who->options);
    if (options && !who->is_outside && !who->is_foreign)
        add_argument(c, "", options);
    if (strcmp(kind, "hold") == 0)
        hold(e, who, c);
    else if (serves)
        serve(e, who, c);
    else
        count(e, who, c);
    if (is_option(e, c) && !who->is_outside && !who->is_foreign)
        add_option(e, c, processors);
    if (serves && is_varied(e, "cores"))
        place(c, processors);
    leave_out(e, who, c);
    refuse_options(e, who, c);
    if (*c->arguments && !*c->left_out && !who->is_outside)
        ask(c);
    if (c->load.io && !*c->left_out)
        ask_driver(c);
    if (serves && !who->is_foreign && !is_varied(e, "layout") && !is_varied(e, "linking"))
        layout_any(who->command, c->program, sizeof c->program);
    if (*c->left_out) {
        fprintf(left_out, "%s\t%s\t%s\t%s\n", e->stem, who->name, c->x, c->left_out);
        return;
    }
    load_write(&c->load, load);
    fprintf(cells, "%s\t%s\t%s\t%s\t%s%s%s%s\t%s\t%s\t%g\t%s\n", e->stem, kind, who->name, c->x,
            c->placed, under ? under : "", under ? " " : "", c->program,
            *c->arguments ? c->arguments : "-", load, c->least_s, c->is_headline ? "yes" : "no");
}

void cells_write(const struct experiment *e, const struct contender *who, bool is_chosen,
                 const struct processors *processors, FILE *cells, FILE *left_out)
{
    char values[1024] = "-", *rest = values, *x_name = NULL, *x;
    if (experiment_get(e, "vary")) {
        snprintf(values, sizeof values, "%s", experiment_get(e, "vary"));
        x_name = strsep(&rest, " ");
    }
    while ((x = strsep(&rest, " "))) {
        struct cell c = {.x_name = x_name, .x = x};
        c.is_headline = is_chosen || who->is_own || is_headline_cell(e, who->name, c.x);
        write_cell(e, who, &c, processors, cells, left_out);
    }
}
