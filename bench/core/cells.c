#include "bench/core/cells.h"
#include "bench/core/headline.h"
#include "bench/core/kind.h"
#include "bench/core/number.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

struct cell {
    const char *x_name, *x; // x_name is NULL if nothing varies
    char program[512], arguments[512], load[256], left_out[1024];
    double least_s;
    unsigned every, headline_every;
    char turn[192];
};

// A number of a serving experiment: its own value, or x if that is what varies.
static double varied(const struct experiment *e, const struct cell *c, const char *key,
                     double otherwise)
{
    if (c->x_name && strcmp(key, c->x_name) == 0)
        return number_real(c->x, key, 0, 1e9);
    return experiment_get(e, key) ? experiment_number(e, key, 0, 1e9) : otherwise;
}

static double pool_size(const struct experiment *e, const struct cell *c, double connections)
{
    if (is_varied(e, "workers"))
        return varied(e, c, "workers", 0);
    bool grows = strcmp(experiment_need(e, "pool"), "connections") == 0;
    return grows ? connections : experiment_number(e, "pool", 1, 65536);
}

static void add_argument(struct cell *c, const char *option, const char *value)
{
    size_t used = strlen(c->arguments);
    if (*value)
        snprintf(c->arguments + used, sizeof c->arguments - used, "%s%s%s%s", used ? " " : "",
                 option, *option ? " " : "", value);
}

// How long a server is driven: for a time, or for a number of requests.
static void add_length(const struct experiment *e, struct cell *c)
{
    size_t used = strlen(c->load);
    double total = varied(e, c, "total", 0);
    if (total > 0) {
        snprintf(c->load + used, sizeof c->load - used, " -n %.0f", total);
        c->least_s = 0.1;
        return;
    }
    double window_s = experiment_number(e, "window_s", 0.01, 3600),
           warmup_s = experiment_number(e, "warmup_s", 0, 3600);
    snprintf(c->load + used, sizeof c->load - used, " -d %g --warmup %g", window_s, warmup_s);
    c->least_s = window_s + warmup_s;
}

static const char *would_wait(const struct entrant *who, double connections, double workers)
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

static void serve(const struct experiment *e, const struct entrant *who, struct cell *c)
{
    char workers_text[32] = "";
    double connections = varied(e, c, "connections", 1), requests = varied(e, c, "requests", 0);
    // A loop serves any number of connections: its pool is not sized by them.
    bool is_sized =
        who->has_pool && (is_varied(e, "workers") || strcmp(who->capacity, "many") != 0);
    double workers = is_sized ? pool_size(e, c, connections) : 0;
    if (is_sized)
        snprintf(workers_text, sizeof workers_text, "%.0f", workers);
    add_argument(c, "-w", workers_text);
    if (is_varied(e, "workers") && !who->has_pool)
        snprintf(c->left_out, sizeof c->left_out, "it has no workers to choose a number of");
    else if (requests == 0)
        snprintf(c->left_out, sizeof c->left_out, "%s", would_wait(who, connections, workers));
    snprintf(c->load, sizeof c->load, "-c %.0f -k %.0f -s %.0f -r %g --timeout %g", connections,
             requests, varied(e, c, "bytes", 64), varied(e, c, "rate", 0),
             experiment_get(e, "timeout_s") ? experiment_number(e, "timeout_s", 0.01, 60) : 10);
    add_length(e, c);
}

// The counts of an operation: those for this model and this x, or for the one, or for the other, or
// for all.
static void count(const struct experiment *e, const struct entrant *who, struct cell *c)
{
    char keys[4][192];
    const char *counts = NULL;
    snprintf(keys[0], sizeof keys[0], "counts:%s@%s", who->name, c->x);
    snprintf(keys[1], sizeof keys[1], "counts@%s", c->x);
    snprintf(keys[2], sizeof keys[2], "counts:%s", who->name);
    snprintf(keys[3], sizeof keys[3], "counts");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !counts; i++)
        counts = experiment_get(e, keys[i]);
    const char *runs = experiment_get(e, "runs");
    snprintf(c->load, sizeof c->load, "%s%s%s", counts ? counts : experiment_need(e, "counts"),
             runs ? " " : "", runs ? runs : "");
    c->least_s = 0.05;
}

// What varies and is nothing of the load is an option of the program.
static void add_option(const struct experiment *e, struct cell *c, int peer_cpu)
{
    char option[64], value[64];
    snprintf(option, sizeof option, "--%s", c->x_name);
    snprintf(value, sizeof value, "%s", c->x);
    if (strcmp(c->x_name, "placement") == 0) {
        if (strcmp(c->x, "same_core") == 0)
            return;
        if (strcmp(c->x, "two_cores") != 0)
            errx(1, "experiment %s: placement is same_core or two_cores, not '%s'", e->stem, c->x);
        if (peer_cpu < 0) {
            snprintf(c->left_out, sizeof c->left_out, "there is only one processor to run on");
            return;
        }
        snprintf(option, sizeof option, "--peer-cpu");
        snprintf(value, sizeof value, "%d", peer_cpu);
    }
    add_argument(c, option, value);
}

// An experiment can leave cells out itself: MODEL@X and why.
static void leave_out(const struct experiment *e, const struct entrant *who, struct cell *c)
{
    char cell[160];
    size_t length = (size_t)snprintf(cell, sizeof cell, "%s@%s ", who->name, c->x);
    for (size_t i = 0; i < e->lines; i++)
        if (strcmp(e->keys[i], "without") == 0 && strncmp(e->values[i], cell, length) == 0)
            snprintf(c->left_out, sizeof c->left_out, "%s", e->values[i] + length);
}

// Whether a program can run so here is its own to say.
static void ask(struct cell *c)
{
    char text[sizeof c->left_out];
    if (describe(c->program, c->arguments, text, sizeof text) != 0)
        snprintf(c->left_out, sizeof c->left_out, "%s", text);
}

static bool is_load(const char *name)
{
    static const char *const loads[] = {"connections", "requests", "bytes",
                                        "rate",        "total",    "workers"};
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        if (strcmp(name, loads[i]) == 0)
            return true;
    return false;
}

static unsigned every(const struct experiment *e, const char *key, unsigned otherwise)
{
    return experiment_get(e, key) ? (unsigned)experiment_number(e, key, 1, 1000) : otherwise;
}

// In which blocks it takes part, and with whom.
static void take_turn(const struct experiment *e, const struct entrant *who, bool is_chosen,
                      struct cell *c)
{
    enum turn turn = is_chosen ? TURN_HEADLINE : turn_of(e, who->name, c->x);
    c->headline_every = every(e, "headline_every", 1);
    c->every = every(e, "every", c->headline_every);
    if (c->every % c->headline_every)
        errx(1, "experiment %s: 'every' is a multiple of 'headline_every', not %u of %u", e->stem,
             c->every, c->headline_every);
    if (turn == TURN_HEADLINE)
        c->every = c->headline_every;
    snprintf(c->turn, sizeof c->turn, "%s%s%s",
             turn == TURN_HEADLINE  ? "headline"
             : turn == TURN_DERIVED ? "derived"
             : turn == TURN_ALONE   ? who->name
                                    : "",
             turn == TURN_ALONE || turn == TURN_X ? "@" : "",
             turn == TURN_ALONE || turn == TURN_X ? c->x : "");
}

static void write_cell(const struct experiment *e, const struct entrant *who, struct cell *c,
                       int peer_cpu, FILE *cells, FILE *left_out)
{
    const char *kind = experiment_need(e, "kind"), *under = experiment_get(e, "under");
    const char *options = experiment_get(e, "options");
    bool serves = kind_named(kind)->serves, is_static = strcmp(c->x, "static") == 0;
    if (is_varied(e, "linking") && !is_static && strcmp(c->x, "dynamic") != 0)
        errx(1, "experiment %s: linking is dynamic or static, not '%s'", e->stem, c->x);
    entrant_program(e, who, is_varied(e, "linking") && is_static, c->program, sizeof c->program);
    add_argument(c, "", who->options);
    if (options && !who->is_outside)
        add_argument(c, "", options);
    if (serves)
        serve(e, who, c);
    else
        count(e, who, c);
    if (c->x_name && !is_varied(e, "linking") && !(serves && is_load(c->x_name)) &&
        !who->is_outside)
        add_option(e, c, peer_cpu);
    leave_out(e, who, c);
    if (*c->arguments && !*c->left_out && !who->is_outside)
        ask(c);
    if (*c->left_out)
        fprintf(left_out, "%s\t%s\t%s\t%s\n", e->stem, who->name, c->x, c->left_out);
    else
        fprintf(cells, "%s\t%s\t%s\t%s\t%s%s%s\t%s\t%s\t%g\t%u\t%s\t%u\n", e->stem, kind, who->name,
                c->x, under ? under : "", under ? " " : "", c->program,
                *c->arguments ? c->arguments : "-", c->load, c->least_s, c->every, c->turn,
                c->headline_every);
}

void cells_write(const struct experiment *e, const struct entrant *who, bool is_chosen,
                 int peer_cpu, FILE *cells, FILE *left_out)
{
    char values[1024] = "-", *rest = values, *x_name = NULL, *x;
    if (experiment_get(e, "vary")) {
        snprintf(values, sizeof values, "%s", experiment_get(e, "vary"));
        x_name = strsep(&rest, " ");
    }
    while ((x = strsep(&rest, " "))) {
        struct cell c = {.x_name = x_name, .x = x};
        take_turn(e, who, is_chosen, &c);
        write_cell(e, who, &c, peer_cpu, cells, left_out);
    }
}
