// A fresh server, driven by the client driver, stopped, and its CPU time accounted.
//
// The CPU time is that of the server's whole process tree. Where connections persist it is taken
// between the two ends of the window, at which no request is under way: every process that served
// is alive then. Where they do not, processes come and go: it is taken over the server's whole life
// by wait4(), less what the same server spends when it is started and stopped without a client,
// which is measured just after; warm-up and window both count, as do their connections.
#include "bench/core/driver.h"
#include "bench/core/kind.h"
#include "bench/core/process.h"
#include "bench/core/server.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_ECHOES_IN_THIRDS = 100 }; // fewer differ by chance

// So few that are left are no reason for a second look.
enum { FEW = 8, LOOKS_AT_MOST = 50 };

// A server that has its processor to itself needs less than 10 ms to close and to reap. One that
// others keep from it is looked at again: while it has still to run, what it will leave is not
// known.
static void look_at(const struct server *server, const char *arguments, struct measurement *m)
{
    struct process_state state;
    unsigned workers = 0, left, looks = 0;
    bool ran;
    const char *pool = strstr(arguments, "-w ");
    if (pool)
        sscanf(pool, "-w %u", &workers);
    do {
        ran = looks == 0 || process_group_runs(server->pid);
        if (!process_look_at_rest(server->pid, &state))
            return;
        unsigned most = process_group_most_descriptors(server->pid),
                 expected = server->descriptors + workers;
        left = most > expected ? most - expected : 0;
        m->figures[FIGURE_descriptors_leaked] = left;
        m->figures[FIGURE_server_descriptors] = state.descriptors;
        m->figures[FIGURE_server_zombies] = state.zombies;
        m->figures[FIGURE_server_memory_kib] = state.memory_kib;
    } while (ran && left + state.zombies > FEW && ++looks < LOOKS_AT_MOST);
}

// All failures together; their kinds are put into words.
static double failures(const char *report, char *kinds, size_t bytes)
{
    static const char *const names[] = {"errors_connect", "errors_reset", "errors_short",
                                        "errors_mismatch", "errors_timeout"};
    double sum = 0;
    size_t used = 0;
    kinds[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double count = reported(report, names[i]);
        sum += count;
        if (count > 0 && used < bytes)
            used += (size_t)snprintf(kinds + used, bytes - used, " %s %.0f", names[i], count);
    }
    return sum;
}

// How long nothing came back, if neither the driver nor the server waited for a processor: they may
// have waited meanwhile. Where several processes of a server wait for each other they do so most of
// the time, and nothing can be said.
static void look_for_stalls(const char *report, struct measurement *m)
{
    double *f = m->figures, silent = reported(report, "silent");
    f[FIGURE_client_wait] = reported(report, "cpu_wait");
    double waited = f[FIGURE_client_wait] + f[FIGURE_server_wait_us] / 1e6 / f[FIGURE_window_s];
    if (isfinite(waited))
        f[FIGURE_stalled] = silent > waited ? silent - waited : 0;
}

// What says whether the load was what it was meant to be (bench/core/validity.c).
static void look_at_the_load(const char *report, struct measurement *m)
{
    double window_s = reported(report, "window_s"), connections = reported(report, "connections"),
           echoes = reported(report, "echoes"),
           latency_s = reported(report, "latency_mean_us") / 1e6,
           due = reported(report, "offered_per_s") * window_s,
           first = reported(report, "echoes_first_third"),
           last = reported(report, "echoes_last_third"), *f = m->figures;
    f[FIGURE_ports_exhausted] = reported(report, "ports_exhausted");
    if (first + last >= LEAST_ECHOES_IN_THIRDS)
        f[FIGURE_thirds] = last / first;
    if (isfinite(due)) {
        f[FIGURE_send_lag_p99_us] = reported(report, "send_lag_p99_us");
        f[FIGURE_unsent_share] = reported(report, "unsent") / due;
    } else if (reported(report, "requests_per_connection") == 0 && latency_s < window_s / 10) {
        // At the end of the window each connection has half a request to go, on average: a
        // twentieth of the window at most.
        f[FIGURE_littles_law] = echoes * latency_s / (connections * (window_s + latency_s / 2));
    }
}

static void measure(const struct trial *t, struct measurement *m)
{
    const struct setting *setting = t->setting;
    const char *program = t->program, *arguments = t->arguments;
    char report[8192] = "", kinds[120];
    struct server server = {0}, idle = {0};
    double *f = m->figures;

    if (!server_start(setting, program, arguments, &server, m)) {
        server_stop(setting, &server, m);
        measurement_explain(m, server.last_words);
        return;
    }
    double window_cpu_us = driver_run(setting, &server, t->load, report, sizeof report, m);
    look_at(&server, arguments, m);
    struct life life = server_stop(setting, &server, m), idle_life = {0};

    bool persistent = reported(report, "requests_per_connection") == 0;
    if (!persistent) {
        server_start(setting, program, arguments, &idle, m);
        idle_life = server_stop(setting, &idle, m);
        f[FIGURE_server_idle_cpu_us] = idle_life.cpu_us;
    }
    f[FIGURE_window_s] = reported(report, "window_s");
    f[FIGURE_failures] = failures(report, kinds, sizeof kinds);
    f[FIGURE_served] = reported(report, "connections_served");
    f[FIGURE_connections] = reported(report, persistent ? "connections" : "connections_total");
    f[FIGURE_echoes] = reported(report, persistent ? "echoes" : "echoes_total");
    f[FIGURE_server_cpu_us] = persistent ? window_cpu_us : life.cpu_us - idle_life.cpu_us;
    f[FIGURE_server_cpu_us_per_echo] = f[FIGURE_server_cpu_us] / f[FIGURE_echoes];
    if (!persistent) {
        f[FIGURE_server_cpu_us_per_connection] = f[FIGURE_server_cpu_us] / f[FIGURE_connections];
        f[FIGURE_server_faults_per_connection] =
            (life.faults - idle_life.faults) / f[FIGURE_connections];
        f[FIGURE_server_switches_per_connection] =
            (life.switches - idle_life.switches) / f[FIGURE_connections];
        f[FIGURE_connections_per_s] = reported(report, "connections_per_s");
    }
    f[FIGURE_echoes_per_s] = reported(report, "echoes_per_s");
    f[FIGURE_client_load] = reported(report, "cpu_load");
    f[FIGURE_client_cpu_us_per_echo] = reported(report, "cpu_us_per_echo");
    f[FIGURE_latency_p50_us] = reported(report, "latency_p50_us");
    f[FIGURE_latency_p99_us] = reported(report, "latency_p99_us");
    f[FIGURE_faults] = life.faults;
    f[FIGURE_switches] = life.switches;
    f[FIGURE_wrong_answers] = reported(report, "errors_mismatch");
    look_at_the_load(report, m);
    look_for_stalls(report, m);
    if (!(f[FIGURE_echoes] > 0))
        measurement_fault(m, "no echoes");
    if (strstr(arguments, "--state") && !isfinite(life.counted))
        measurement_fault(m, "the server did not say what it counted");
    if (isfinite(life.counted) && life.counted != reported(report, "echoes_total"))
        measurement_fault(m, "%.0f of %.0f requests counted in the shared state", life.counted,
                          reported(report, "echoes_total"));
    if (f[FIGURE_failures] > 0)
        measurement_fault(m, "%.0f failures:%s (%.0f connections served)", f[FIGURE_failures],
                          kinds, f[FIGURE_served]);
    measurement_explain(m, server.last_words);
}

KIND(.name = "serve", .serves = true, .measure = measure);
