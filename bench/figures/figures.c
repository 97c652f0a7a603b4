// figures: CS:APP's figures 12-1 to 12-4, observed live.
//
// Two clients connect to a server. At each step the descriptor tables of its processes are read
// from /proc, printed, and drawn with the reference count of each open file. The states between
// accept and fork, and between fork and close, are too short to read. So a server that makes a
// process per connection is stopped at its system calls (ptrace). For other servers, only the
// lasting states are shown.
#include "bench/figures/figure.h"
#include "bench/figures/subject.h"
#include "bench/figures/trace.h"
#include "bench/measure/trial/process.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

// Time limit for events that may never happen: a client may have to wait for its turn, and a buggy
// server never reaps its child.
enum { PATIENCE_MS = 1000 };

struct options {
    char **server; // and its arguments
    const char *svg;
};

enum { SVG_OPTION = 256 };

static const struct argp_option argp_options[] = {
    {"svg", SVG_OPTION, "FOLDER", 0, "Also draw the figures into FOLDER/figure_NAME.svg", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case SVG_OPTION:
        options->svg = argument;
        return 0;
    case ARGP_KEY_ARG:
        options->server = &state->argv[state->next - 1];
        state->next = state->argc; // the rest belongs to the server
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static struct subject subject;
static struct tree tree;
static struct figure_client clients[FIGURE_CLIENTS];
static const char *svg_folder;

static uint64_t limit_ns(void)
{
    return now_ns() + SUBJECT_LIMIT_S * (uint64_t)1000000000;
}

static void show(const char *name, const char *title, const char *moment)
{
    struct figure figure = {
        name, title, moment, subject.is_process ? "parent" : "server", clients, &tree,
    };
    tree_read(&tree);
    figure_print(&figure);
    putchar('\n');
    if (svg_folder)
        figure_write_svg(&figure, svg_folder);
}

// ---- clients ------------------------------------------------------------------------------------

static void connect_client(int i)
{
    struct figure_client *c = &clients[i];
    c->fd = subject_connect(&subject, &c->port);
    c->presence = CONNECTED;
}

static void check_echo(int i)
{
    char words[64];
    static unsigned count;
    snprintf(words, sizeof words, "message %u of client %d", ++count, i + 1);
    subject_echo(clients[i].fd, words);
    printf("  client %d sent \"%s\" and got it back\n", i + 1, words);
}

// ---- states that last ---------------------------------------------------------------------------

static bool is_served(int i)
{
    return tree_has_accepted(&tree, clients[i].port);
}

static bool has_forgotten_first(void)
{
    return !is_served(0) && !tree_has_zombies(&tree);
}

// Waits until nothing changes and, within the time limit, until a condition holds.
static void settle(bool (*holds)(void))
{
    static const struct timespec step = {.tv_nsec = 10000000};
    uint64_t patience_ns = now_ns() + PATIENCE_MS * (uint64_t)1000000, end_ns = limit_ns();
    for (;;) {
        uint64_t now = now_ns();
        tree_read(&tree);
        if (tree.at_rest && (now > patience_ns || !holds || holds()))
            return;
        if (now > end_ns)
            errx(1, "%s keeps changing its processes or descriptors", subject.command);
        nanosleep(&step, NULL);
    }
}

static bool first_is_served(void)
{
    return is_served(0);
}

static bool second_is_served(void)
{
    return is_served(1);
}

static bool (*const client_is_served[FIGURE_CLIENTS])(void) = {first_is_served, second_is_served};

static void observe_what_lasts(void)
{
    char name[32], title[64];
    settle(NULL);
    show("before", "Before any client", "all processes are asleep");
    for (int i = 0; i < FIGURE_CLIENTS; i++) {
        connect_client(i);
        settle(client_is_served[i]);
        for (int j = 0; j <= i; j++)
            if (is_served(j))
                check_echo(j);
        settle(NULL);
        snprintf(name, sizeof name, "client_%d", i + 1);
        snprintf(title, sizeof title, "Client %d has connected", i + 1);
        show(name, title, "all processes are asleep");
    }
}

// ---- states that pass ---------------------------------------------------------------------------

static void run_until(struct traced *traced, enum moment moment, struct traced *child)
{
    static const char *const names[] = {
        [ACCEPTED] = "accept a client",
        [FORKED] = "fork a child",
        [AT_ACCEPT] = "call accept",
        [AT_RECEIVE] = "read from its client",
    };
    if (!trace_until(traced, moment, child, limit_ns()))
        errx(1, "%s: process %d did not %s in time", subject.command, (int)traced->pid,
             names[moment]);
}

// A client's two figures; the parent is stopped at accept before and after.
static void observe_fork(struct traced *parent, int i)
{
    const int client = i + 1, accepted = 1 + 2 * i, forked = 2 + 2 * i;
    char name[16], title[128], moment[128];
    struct traced child;
    connect_client(i);
    run_until(parent, ACCEPTED, NULL);
    snprintf(name, sizeof name, "12-%d", accepted);
    snprintf(title, sizeof title, "Figure 12-%d: the server accepts client %d's connection request",
             accepted, client);
    show(name, title, "the parent is stopped as accept returns");

    run_until(parent, FORKED, &child);
    snprintf(name, sizeof name, "12-%da", forked);
    snprintf(title, sizeof title, "On the way to figure 12-%d: the server has forked child %d",
             forked, client);
    show(name, title, "both are stopped as fork returns: each has all descriptors");

    run_until(&child, AT_RECEIVE, NULL);
    run_until(parent, AT_ACCEPT, NULL);
    snprintf(name, sizeof name, "12-%d", forked);
    snprintf(title, sizeof title, "Figure 12-%d: child %d serves client %d", forked, client,
             client);
    snprintf(moment, sizeof moment,
             "the parent is stopped as it calls accept again, child %d as it calls read", client);
    show(name, title, moment);
    trace_end(&child);
    for (int j = 0; j <= i; j++)
        check_echo(j);
}

static void observe_forks(struct traced *parent)
{
    run_until(parent, AT_ACCEPT, NULL);
    show("before", "Before any client", "the parent is stopped as it calls accept");
    for (int i = 0; i < FIGURE_CLIENTS; i++)
        observe_fork(parent, i);
    trace_end(parent);
}

static bool may_trace(struct traced *parent)
{
    if (!subject.per_connection)
        return false;
    if (trace_begin(parent, subject.pid, limit_ns()))
        return true;
    if (errno == ETIMEDOUT)
        err(1, "%s cannot be stopped", subject.command);
    printf("The server cannot be stopped between accept, fork and close (ptrace: %s): only "
           "lasting states are shown.\n",
           strerror(errno));
    return false;
}

// ---- the whole ----------------------------------------------------------------------------------

static void say_who_is_gone(void)
{
    for (size_t i = 0; i < tree.seen_count; i++) {
        bool is_there = false;
        for (size_t j = 0; j < tree.count; j++)
            is_there = is_there || tree.members[j].pid == tree.seen[i];
        if (!is_there)
            printf("  child %zu, process %d, is gone and reaped\n", i + 1, (int)tree.seen[i]);
    }
}

static void observe_the_end_of_first(void)
{
    close(clients[0].fd);
    clients[0].presence = CLOSED;
    settle(has_forgotten_first);
    settle(second_is_served);
    check_echo(1);
    settle(NULL);
    say_who_is_gone();
    show("after", "Client 1 has finished, client 2 is served", "all processes are asleep");
}

int main(int argc, char **argv)
{
    static char fork_server[] = "fork", *by_default[] = {fork_server, NULL};
    struct options options = {.server = by_default};
    const struct argp argp = {
        .options = argp_options,
        .parser = parse_option,
        .args_doc = "[SERVER [ARGUMENT...]]",
        .doc = "Shows CS:APP's figures 12-1 to 12-4, observed live: two clients connect to a "
               "server, and at each step the descriptor tables of its processes are printed and "
               "drawn with their reference counts.\vSERVER is a name in servers/ or a path "
               "(default: fork). For servers without a process per connection, only lasting states "
               "are shown.",
    };
    if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &options))
        return 2;
    if (options.svg && mkdir(options.svg, 0777) < 0 && errno != EEXIST)
        err(1, "%s", options.svg);
    svg_folder = options.svg;
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR) // the caller may have ignored it
        err(1, "signal");

    // Closes inherited descriptors, which must not appear in the server's table.
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        err(1, "close_range");

    struct traced parent;
    subject = subject_start(options.server);
    tree.leader = subject.pid;
    tree.port = subject.port;
    printf("%s, process %d, listens on port %u.\n", subject.command, (int)subject.pid,
           subject.port);
    if (may_trace(&parent))
        observe_forks(&parent);
    else
        observe_what_lasts();
    if (tree.without_kcmp)
        printf(
            "The kernel does not allow kcmp here: sockets are matched by inode, other descriptors "
            "not at all.\n");
    observe_the_end_of_first();
    subject_stop(&subject);
    close(clients[1].fd);
    tree_free(&tree);
    if (fflush(stdout) == EOF)
        err(1, "standard output");
    return 0;
}
