// A server with connections, one of which ends its serving process: how many of the others are
// lost, and how long until a new client is served.
//
// `end` is crash: one connection sends the poison line of the server's --poison WORD; or kill: the
// process that serves that connection, found by its descriptor, is killed (SIGKILL). Before that,
// all are served. Times count from when that client sees its connection end. Then all others send a
// request at once, and a new client connects, and retries every millisecond if it is refused or
// dropped. A dead server is not waited for: nothing here restarts it.
#include "bench/measure/trial/descriptors.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/trial_type.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t patience_ns = 2000000000;

enum { LINE_BYTES = 64, CLIENTS_AT_MOST = 1024 };

struct client {
    int fd; // -1: not connected, or no longer
    char line[LINE_BYTES + 1];
    size_t back; // received part of the echo
    bool served, wronged;
    uint64_t asked_ns;
    double latency_us; // once it is served
};

// ---- a client ----

static void leave(struct client *c)
{
    close(c->fd);
    c->fd = -1;
}

static bool come(struct client *c, const struct sockaddr_in *to)
{
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        err(1, "socket");
    if (connect(c->fd, (const struct sockaddr *)to, sizeof *to) == 0)
        return true;
    leave(c);
    return false;
}

static void ask(struct client *c)
{
    c->back = 0;
    c->served = false;
    c->asked_ns = now_ns();
    if (send(c->fd, c->line, LINE_BYTES, MSG_NOSIGNAL) != LINE_BYTES)
        leave(c);
}

static void hear(struct client *c)
{
    char text[LINE_BYTES];
    ssize_t n = recv(c->fd, text, LINE_BYTES - c->back, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    c->wronged = c->wronged || (n > 0 && memcmp(text, c->line + c->back, (size_t)n) != 0);
    if (n <= 0) {
        leave(c);
        return;
    }
    c->back += (size_t)n;
    c->served = c->back == LINE_BYTES;
    if (c->served)
        c->latency_us = (double)(now_ns() - c->asked_ns) / 1e3;
}

// Polls the waiting clients, for at most a millisecond. Returns the number that still wait.
static size_t hear_all(struct client *clients, size_t n)
{
    struct pollfd polled[CLIENTS_AT_MOST + 1];
    size_t waiting = 0;
    for (size_t i = 0; i < n; i++)
        polled[i] = (struct pollfd){clients[i].served ? -1 : clients[i].fd, POLLIN, 0};
    if (poll(polled, n, 1) < 0 && errno != EINTR)
        err(1, "poll");
    for (size_t i = 0; i < n; i++) {
        if (polled[i].fd >= 0 && polled[i].revents)
            hear(&clients[i]);
        waiting += clients[i].fd >= 0 && !clients[i].served;
    }
    return waiting;
}

// ---- the end of one ----

static bool is_gone(const struct server *server)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)server->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid;
}

// The process that serves a client: it has a descriptor of its connection, and is not a parent that
// had it before. 0: unknown. A single process serves all.
static pid_t who_serves(const struct server *server, const struct client *c, unsigned port)
{
    struct tree tree = {.leader = server->pid, .port = port};
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    if (getsockname(c->fd, (struct sockaddr *)&own, &length) < 0)
        err(1, "getsockname");
    tree_read(&tree);
    pid_t found = tree.count == 1 ? server->pid : 0;
    for (size_t i = 0; i < tree.count; i++)
        for (size_t k = 0; k < tree.members[i].count; k++)
            if (tree.members[i].descriptors[k].refers_to == CONNECTION &&
                tree.members[i].descriptors[k].port == ntohs(own.sin_port))
                found = tree.members[i].pid; // the leader comes first
    tree_free(&tree);
    return found;
}

// Sends the poison line: the word after --poison in its arguments.
static void send_poison(const struct client *c, const char *arguments)
{
    char line[300];
    const char *option = strstr(arguments, "--poison ");
    if (!option)
        errx(1, "a crash needs --poison WORD in the server's arguments: %s", arguments);
    const char *word = option + strlen("--poison ");
    int length = snprintf(line, sizeof line, "%.*s\n", (int)strcspn(word, " "), word);
    if (send(c->fd, line, (size_t)length, MSG_NOSIGNAL) != length)
        err(1, "send");
}

// Ends the process that serves the first client, and waits until that client sees it.
static bool bring_down(const struct trial *t, const struct server *server, struct client *first,
                       unsigned port, struct measurement *m)
{
    uint64_t until_ns = now_ns() + patience_ns;
    if (strcmp(t->load.end, "kill") == 0) {
        pid_t pid = who_serves(server, first, port);
        if (!pid || kill(pid, SIGKILL) < 0) {
            measurement_fault(m, "the process that serves the connection is unknown");
            return false;
        }
    } else {
        send_poison(first, t->arguments);
    }
    first->served = false;
    while (hear_all(first, 1) > 0 && !first->wronged && now_ns() < until_ns)
        ;
    if (first->fd < 0)
        return true;
    measurement_fault(m, "the process that serves the connection did not end");
    return false;
}

// ---- what comes of it ----

// Sends the others' requests and the new client's attempts until all are known or the time is over.
// Returns the time until the new client was served, in us; INFINITY: never.
static double ask_everybody(const struct server *server, const struct sockaddr_in *address,
                            struct client *others, size_t n)
{
    struct client *newcomer = &others[n];
    uint64_t begun_ns = now_ns();
    double back_us = INFINITY;
    for (size_t i = 0; i < n; i++)
        ask(&others[i]);
    for (bool known = false; !known && now_ns() - begun_ns < patience_ns;) {
        if (newcomer->fd < 0 && come(newcomer, address))
            ask(newcomer);
        size_t waiting = hear_all(others, n + 1);
        if (newcomer->served && isinf(back_us))
            back_us = (double)(now_ns() - begun_ns) / 1e3;
        known = waiting == 0 && (newcomer->served || is_gone(server));
    }
    return back_us;
}

static void count(const struct client *others, size_t n, double back_us, double *f)
{
    double lost = 0, slowest_us = NAN;
    for (size_t i = 0; i < n; i++) {
        lost += !others[i].served;
        if (others[i].served)
            slowest_us = fmax(slowest_us, others[i].latency_us); // fmax ignores NAN
    }
    f[METRIC_connections_lost] = lost;
    f[METRIC_connections_lost_share] = n > 0 ? lost / (double)n : NAN;
    f[METRIC_others_latency_max_us] = slowest_us;
    f[METRIC_service_back_us] = back_us;
}

// Servers replace workers at most ten times a second, counted from their start. The end must come
// at any moment of that interval, and not in the first one, in which the pool was created.
// Multiples of the golden ratio, modulo 1, are spread evenly.
static void wait_for_any_moment(unsigned long trial)
{
    double turns = (double)trial * 0.61803398875;
    struct timespec moment = {.tv_nsec = (long)((1 + turns - floor(turns)) * 1e8)};
    while (nanosleep(&moment, &moment) < 0 && errno == EINTR)
        ;
}

// Moves a different client to the first place in each trial: with a shared listener the first
// client to connect is special.
static void choose_victim(struct client *clients, size_t n, unsigned long trial)
{
    struct client chosen = clients[trial % n];
    clients[trial % n] = clients[0];
    clients[0] = chosen;
}

static void isolate(const struct trial *t, const struct server *server, struct client *clients,
                    size_t n, struct measurement *m)
{
    const struct sockaddr_in address = server_endpoint(server);
    uint64_t until_ns = now_ns() + patience_ns;
    size_t waiting = n;
    for (size_t i = 0; i < n; i++)
        if (come(&clients[i], &address))
            ask(&clients[i]);
    while (waiting > 0 && now_ns() < until_ns)
        waiting = hear_all(clients, n);
    for (size_t i = 0; i < n; i++)
        waiting += clients[i].fd < 0;
    wait_for_any_moment(t->number);
    choose_victim(clients, n, t->number);
    if (waiting > 0)
        measurement_fault(m, "%zu of %zu connections are not served beforehand", waiting, n);
    else if (bring_down(t, server, &clients[0], ntohs(address.sin_port), m))
        count(clients + 1, n - 1, ask_everybody(server, &address, clients + 1, n - 1), m->values);
    for (size_t i = 0; i <= n; i++)
        if (clients[i].wronged)
            measurement_fault(m, "wrong bytes came back");
}

static void measure(const struct trial *t, struct measurement *m)
{
    static struct client clients[CLIENTS_AT_MOST + 1]; // the last one is the new client
    struct server server = {.may_crash = true};
    cpu_set_t before;
    unsigned long n = t->load.connections;
    if (n < 1 || n > CLIENTS_AT_MOST || !t->load.end)
        errx(1, "trial %lu: a load needs an end, and 1 to %d connections, not %lu", t->number,
             CLIENTS_AT_MOST, n);
    for (unsigned i = 0; i <= n; i++) {
        clients[i] = (struct client){.fd = -1};
        snprintf(clients[i].line, sizeof clients[i].line, "%0*u\n", LINE_BYTES - 1, i);
    }
    if (sched_getaffinity(0, sizeof before, &before) < 0 ||
        sched_setaffinity(0, sizeof before, &t->setting->client_cpus) < 0)
        err(1, "sched_setaffinity");
    if (server_start(t->setting, t->program, t->arguments, &server, m))
        isolate(t, &server, clients, n, m);
    for (unsigned i = 0; i <= n; i++)
        if (clients[i].fd >= 0)
            leave(&clients[i]);
    server_stop(t->setting, &server, m);
    measurement_explain(m, server.last_words);
    if (sched_setaffinity(0, sizeof before, &before) < 0)
        err(1, "sched_setaffinity");
}

TRIAL_TYPE(.name = "isolate", .serves = true, .measure = measure);
