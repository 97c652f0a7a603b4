// A fresh server, driven by the client driver and stopped, with its CPU time accounted for.
//
// The CPU time is that of the server's whole process tree. With persistent connections it is the
// difference between the two ends of the window, when no request is pending and every serving
// process is alive. Otherwise processes come and go: it is the total of the server's life from
// wait4(), minus that of the same server started and stopped without a client, measured just after.
// Then warm-up and window both count, as do their connections. With background connections this
// total would include them, so there is no such figure.
//
// Background connections are in place before the driver starts, and stay until it has ended.
#include "bench/base/record.h"
#include "bench/measure/trial/background.h"
#include "bench/measure/trial/client_hosts.h"
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/latency_record.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/process_state.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_ECHOES_IN_THIRDS = 100 }; // fewer vary by chance

// A few leftovers are no reason to check again.
enum { FEW = 8, LOOKS_AT_MOST = 50 };

// Counts descriptors and children beyond those at the start. An undisturbed server needs less than
// 10 ms to close and reap. A server that is kept from its CPU is checked again, because its final
// state is not known yet. So is a foreign one, which may reap at intervals.
static void look_at_rest(const struct server *server, unsigned workers, struct measurement *m)
{
    struct process_state state;
    unsigned left, looks = 0;
    bool ran;
    do {
        ran = looks == 0 || server->watch || process_group_runs(server->pid);
        if (!process_look_at_rest(server->pid, &state))
            return;
        unsigned most = process_group_most_descriptors(server->pid),
                 expected = server->descriptors + workers;
        left = most > expected ? most - expected : 0;
        m->values[METRIC_descriptors_leaked] = left;
        m->values[METRIC_server_descriptors] = state.descriptors;
        m->values[METRIC_server_zombies] = state.zombies;
        m->values[METRIC_server_memory_kib] = state.memory_kib;
    } while (ran && left + state.zombies > FEW && ++looks < LOOKS_AT_MOST);
}

static void look_where_it_runs(const struct setting *setting, const struct server *server,
                               struct measurement *m)
{
    cpu_set_t cpus;
    if (sched_getaffinity(server->pid, sizeof cpus, &cpus) < 0)
        return;
    if (*setting->client_hosts && !client_hosts_are_here())
        return;
    CPU_AND(&cpus, &cpus, &setting->client_cpus);
    m->values[METRIC_processors_shared] = CPU_COUNT(&cpus);
}

// The sum of all failures, with the types in words.
static double failures(const struct report *report, char *kinds, size_t bytes)
{
    double sum = 0;
    size_t used = 0;
    kinds[0] = '\0';
    for (int kind = 0; kind < FAILURES; kind++) {
        sum += report->errors[kind];
        if (report->errors[kind] > 0 && used < bytes)
            used += (size_t)snprintf(kinds + used, bytes - used, " %s %.0f",
                                     report_error_name(kind), report->errors[kind]);
    }
    return sum;
}

// How long nothing came back, if neither the driver nor the server waited for a CPU: otherwise that
// may be the reason. If several processes of a server wait for each other, they do so most of the
// time, and nothing can be concluded.
static void look_for_stalls(const struct report *report, struct measurement *m)
{
    double *f = m->values, silent = report->silent;
    f[METRIC_client_run_queue_delay] = report->cpu_wait;
    double waited = f[METRIC_client_run_queue_delay] +
                    f[METRIC_server_run_queue_delay_us] / 1e6 / f[METRIC_window_s];
    if (isfinite(waited))
        f[METRIC_stalled] = silent > waited ? silent - waited : 0;
}

// Figures that show whether the load was as intended (bench/analyse/validity.c).
static void look_at_the_load(const struct report *report, struct measurement *m)
{
    double window_s = report->window_s, connections = report->connections, echoes = report->echoes,
           latency_s = report->latency.mean_us / 1e6, due = report->offered_per_s * window_s,
           first = report->echoes_first_third, last = report->echoes_last_third, *f = m->values;
    f[METRIC_ports_exhausted] = report->ports_exhausted;
    if (first + last >= LEAST_ECHOES_IN_THIRDS)
        f[METRIC_thirds] = last / first;
    if (isfinite(due)) {
        f[METRIC_send_lag_p50_us] = report->send_lag.p50_us;
        f[METRIC_send_lag_p99_us] = report->send_lag.p99_us;
        f[METRIC_unsent_share] = report->unsent / due;
    } else if (report->requests_per_connection == 0 && latency_s < window_s / 10) {
        // At the end of the window each connection is on average half-way through a request: at
        // most a twentieth of the window.
        f[METRIC_littles_law] = echoes * latency_s / (connections * (window_s + latency_s / 2));
    }
}

// A completed trial.
struct serving {
    struct report report;   // the driver's
    struct life life, idle; // of the server, and of one without clients
    double window_cpu_us;   // of the server, between the gates
    bool persistent;        // connections are persistent
    bool has_background;    // background connections exist
    bool counts_failures;   // failures are part of the result
};

// CPU time for what the server does without clients. Starts differ, and may take long, so that of
// its own start counts; only the rest, for making a pool and for stopping, is measured in another
// life.
static double idle_cpu_us(const struct serving *s)
{
    return s->life.start_cpu_us + s->idle.cpu_us - s->idle.start_cpu_us;
}

// The server's CPU time and other costs, in total and per connection and echo.
static void account(const struct serving *s, struct measurement *m)
{
    double *f = m->values;
    bool whole_life = !s->persistent && !s->has_background;
    f[METRIC_connections] = s->persistent ? s->report.connections : s->report.connections_total;
    f[METRIC_echoes] = s->persistent ? s->report.echoes : s->report.echoes_total;
    f[METRIC_faults] = s->life.faults;
    f[METRIC_switches] = s->life.switches;
    f[METRIC_busiest_worker_share] = s->life.busiest;
    f[METRIC_idlest_worker_share] = s->life.idlest;
    if (s->persistent)
        f[METRIC_server_cpu_us] = s->window_cpu_us;
    else if (whole_life)
        f[METRIC_server_cpu_us] = s->life.cpu_us - idle_cpu_us(s);
    f[METRIC_server_cpu_us_per_echo] = f[METRIC_server_cpu_us] / f[METRIC_echoes];
    f[METRIC_server_cpu_us_per_kib] = f[METRIC_server_cpu_us_per_echo] / (s->report.bytes / 1024);
    if (!whole_life)
        return;
    if (s->life.lacks_children)
        measurement_fault(m, "server ignores SIGCHLD: the CPU time of its children is lost");
    f[METRIC_server_idle_cpu_us] = idle_cpu_us(s);
    f[METRIC_idle_share] = (s->idle.cpu_us - s->idle.start_cpu_us) / s->life.cpu_us;
    f[METRIC_server_cpu_us_per_connection] = f[METRIC_server_cpu_us] / f[METRIC_connections];
    f[METRIC_server_faults_per_connection] =
        (s->life.faults - s->idle.faults) / f[METRIC_connections];
    f[METRIC_server_switches_per_connection] =
        (s->life.switches - s->idle.switches) / f[METRIC_connections];
}

// The driver's results.
static void take_report(const struct serving *s, struct measurement *m)
{
    double *f = m->values;
    f[METRIC_window_s] = s->report.window_s;
    f[METRIC_served] = s->report.connections_served;
    if (!s->persistent)
        f[METRIC_connections_per_s] = s->report.connections_per_s;
    f[METRIC_echoes_per_s] = s->report.echoes_per_s;
    f[METRIC_client_load] = s->report.cpu_load;
    f[METRIC_client_cpu_us_per_echo] = s->report.cpu_us_per_echo;
    f[METRIC_in_time_percent] = s->report.in_time_percent;
    f[METRIC_latency_p50_us] = s->report.latency.p50_us;
    f[METRIC_latency_p99_us] = s->report.latency.p99_us;
    f[METRIC_latency_p99_9_us] = s->report.latency.p99_9_us;
    f[METRIC_offered_per_s] = s->report.offered_per_s;
    f[METRIC_wrong_answers] = s->report.errors[MISMATCH];
    look_at_the_load(&s->report, m);
    look_for_stalls(&s->report, m);
}

static void find_faults(const struct serving *s, const char *arguments, struct measurement *m)
{
    char kinds[120];
    double *f = m->values, echoes = s->report.echoes_total;
    f[METRIC_failures] = failures(&s->report, kinds, sizeof kinds);
    if (!(f[METRIC_echoes] > 0) && !s->counts_failures)
        measurement_fault(m, "no echoes");
    if (strstr(arguments, "--state") && !isfinite(s->life.counted))
        measurement_fault(m, "the server did not report its count");
    if (isfinite(s->life.counted) && s->life.counted != echoes)
        measurement_fault(m, "%.0f of %.0f requests counted in the shared state", s->life.counted,
                          echoes);
    bool is_wrong = s->report.errors[MISMATCH] > 0; // this is never a result
    f[METRIC_errors] = is_wrong || !s->counts_failures ? f[METRIC_failures] : 0;
    if (f[METRIC_errors] > 0)
        measurement_fault(m, "%.0f failures:%s (%.0f connections served)", f[METRIC_failures],
                          kinds, f[METRIC_served]);
}

static void measure(const struct trial *t, struct measurement *m)
{
    const struct setting *setting = t->setting;
    struct load load = t->load;
    struct serving s = {.has_background = load.background > 0,
                        .counts_failures = load.failures_counted};
    struct server server = {0}, idle = {0};
    struct background background = {0};
    load.seed = t->block;

    if (!server_start(setting, t->program, t->arguments, &server, m)) {
        server_stop(setting, &server, m);
        measurement_explain(m, server.last_words);
        return;
    }
    if (s.has_background) {
        background_start(setting, &server, &load, &background, m);
        background_gather(&background, m);
    }
    struct latency_record record = latency_record_begin();
    s.window_cpu_us = driver_run(setting, &server, &load, record.argument, &s.report, m);
    latency_record_keep(&record, t, &s.report);
    look_where_it_runs(setting, &server, m);
    background_end(&background, m);
    look_at_rest(&server, (unsigned)load.workers, m);
    s.life = server_stop(setting, &server, m);
    s.persistent = s.report.requests_per_connection == 0;
    if (!s.persistent && !s.has_background) {
        server_start(setting, t->program, t->arguments, &idle, m);
        s.idle = server_stop(setting, &idle, m);
    }
    account(&s, m);
    take_report(&s, m);
    find_faults(&s, t->arguments, m);
    measurement_explain(m, server.last_words);
}

TRIAL_TYPE(.name = "serve", .serves = true, .measure = measure);
