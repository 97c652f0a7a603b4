// The metrics: one table of everything that a trial counts or times. A new metric is a row here and
// an assignment in the trial type that measures it; it is then recorded, judged, and shown with its
// unit and label. Nothing is inferred from the name of a metric.
#pragma once

#include <stdbool.h>
#include <stdio.h>

// The class of a metric: reasons to doubt a trial (analyse/validity.c) apply to classes.
enum metric_class {
    RATES = 1,
    LATENCIES = 2,
    DURATIONS = 4,
    CPU_TIMES = 8,
    COUNTS = 16,  // events, memory, descriptors, and the conditions of a trial
    SHARES = 32,  // of the requests: in time, not sent
    MEDIANS = 64, // of latency: what concerns one request in a hundred does not move them
    EVERYTHING = 127
};

// The load of a client's core from which on it is the limit.
#define CLIENT_BOUND 0.8

enum better { LESS, MORE, NEITHER };

struct metric {
    const char *name;
    const char *unit; // empty: a count, or a ratio; "share": from 0 to 1, shown in percent
    enum better better;
    unsigned metric_class;
    const char *label;    // a noun: "server CPU"
    const char *per;      // per what: "connection"; empty: of the whole trial
    const char *sentence; // description
    double percent;       // for latency percentiles: 99.9; 0: not a percentile
    bool is_merged;       // a percentile too rare for one window: open loops merge all windows
};

// The columns of trials.tsv between the trial's name and its status, in order. A value is NAN if
// the metric does not apply, and INFINITY if the awaited event never came ("never").
#define METRICS(X)                                                                                 \
    X(window_s, "s", NEITHER, COUNTS, "window", "", "how long the driver released requests")       \
    X(connections, "", NEITHER, COUNTS, "connections", "",                                         \
      "connections that the server's CPU time is for")                                             \
    X(echoes, "", NEITHER, COUNTS, "echoes", "", "echoes that the server's CPU time is for")       \
    X(failures, "", LESS, COUNTS, "failures", "",                                                  \
      "requests refused, reset, cut short, wrongly answered, or late")                             \
    X(served, "", MORE, COUNTS, "connections served", "",                                          \
      "connections without any failure, over the driver's whole run")                              \
    X(server_cpu_us, "µs", LESS, CPU_TIMES, "server CPU", "",                                      \
      "CPU time of the server's whole process tree, for those connections and echoes")             \
    X(server_idle_cpu_us, "µs", LESS, CPU_TIMES, "idle server CPU", "",                            \
      "CPU time of the same server for starting and stopping alone; it is subtracted")             \
    X(server_cpu_us_per_connection, "µs", LESS, CPU_TIMES, "server CPU", "connection",             \
      "CPU time of the server's whole process tree per connection, where connections do not "      \
      "persist")                                                                                   \
    X(server_cpu_us_per_echo, "µs", LESS, CPU_TIMES, "server CPU", "echo",                         \
      "CPU time of the server's whole process tree per echo")                                      \
    X(server_faults_per_connection, "", LESS, COUNTS, "server page faults", "connection",          \
      "page faults of the server per connection, where connections do not persist")                \
    X(server_switches_per_connection, "", LESS, COUNTS, "server context switches", "connection",   \
      "context switches of the server per connection, where connections do not persist")           \
    X(connections_per_s, "/s", MORE, RATES, "connections per second", "",                          \
      "connections made, served and closed per second of the window")                              \
    X(echoes_per_s, "/s", MORE, RATES, "echoes per second", "",                                    \
      "requests answered per second of the window")                                                \
    X(server_descriptors, "", LESS, COUNTS, "server descriptors", "",                              \
      "descriptors of the server's first process, at rest after the load")                         \
    X(server_zombies, "", LESS, COUNTS, "server zombies", "",                                      \
      "dead children that the server has not reaped, at rest after the load")                      \
    X(server_memory_kib, "KiB", LESS, COUNTS, "server memory", "",                                 \
      "resident memory private to the server's first process, at rest after the load")             \
    X(client_load, "share", LESS, COUNTS, "client load", "",                                       \
      "how busy the driver's CPU was in the window; of several, the busiest")                      \
    X(client_workers, "", NEITHER, COUNTS, "client workers", "",                                   \
      "processes of the driver that shared the load")                                              \
    X(client_hosts, "", NEITHER, COUNTS, "client hosts", "",                                       \
      "hosts that drove the server together, where the clients are not on its own")                \
    X(client_hosts_lost, "", LESS, COUNTS, "client hosts lost", "",                                \
      "client hosts that were lost during the trial")                                              \
    X(host_cpu_us, "µs", LESS, CPU_TIMES, "CPU of the server's host", "",                          \
      "CPU time of the server's whole host in the window, with remote clients: all processes, "    \
      "system and interrupts; in steps of 10 ms")                                                  \
    X(host_cpu_us_per_connection, "µs", LESS, CPU_TIMES, "CPU of the server's host", "connection", \
      "CPU time of the server's whole host in the window per connection made in it; unknown if "   \
      "a client host is the same machine")                                                         \
    X(host_cpu_us_per_echo, "µs", LESS, CPU_TIMES, "CPU of the server's host", "echo",             \
      "CPU time of the server's whole host in the window per echo; unknown if a client host is "   \
      "the same machine")                                                                          \
    X(client_start_skew_us, "µs", LESS, COUNTS, "start skew of the client", "",                    \
      "from the first worker's start of the window to the last one's; of several hosts, at most")  \
    X(client_p50_spread, "", LESS, COUNTS, "spread of the workers' medians", "",                   \
      "the highest of the workers' median latencies as a multiple of the lowest")                  \
    X(client_p99_spread, "", LESS, COUNTS, "spread of the workers' tails", "",                     \
      "the highest of the workers' 99th percentiles of latency as a multiple of the lowest")       \
    X(client_cpu_us_per_echo, "µs", LESS, CPU_TIMES, "client CPU", "echo",                         \
      "CPU time of the driver per echo, in the window")                                            \
    X(latency_p50_us, "µs", LESS, MEDIANS, "median latency", "",                                   \
      "half of the requests took longer; open loop: from when a request was due", .percent = 50)   \
    X(latency_p99_us, "µs", LESS, LATENCIES, "99th percentile of latency", "",                     \
      "one request in a hundred took longer; open loop: from when a request was due",              \
      .percent = 99)                                                                               \
    X(server_cpu_us_per_kib, "µs", LESS, CPU_TIMES, "server CPU", "KiB",                           \
      "CPU time of the server's whole process tree per KiB echoed")                                \
    X(busiest_worker_share, "", LESS, COUNTS, "busiest worker's load", "even share",               \
      "requests of the busiest worker, as a multiple of an even share")                            \
    X(idlest_worker_share, "", MORE, COUNTS, "least busy worker's load", "even share",             \
      "requests of the least busy worker, as a multiple of an even share")                         \
    X(processors_shared, "", LESS, COUNTS, "shared CPUs", "",                                      \
      "CPUs that server and client both used")                                                     \
    X(wall_us_per_operation, "µs", LESS, DURATIONS, "wall time", "operation",                      \
      "wall-clock time per operation: the slope between two counts")                               \
    X(cpu_us_per_operation, "µs", LESS, CPU_TIMES, "CPU time", "operation",                        \
      "user and system time per operation: the slope between two counts")                          \
    X(user_us_per_operation, "µs", LESS, CPU_TIMES, "user time", "operation",                      \
      "user time per operation: the slope between two counts")                                     \
    X(system_us_per_operation, "µs", LESS, CPU_TIMES, "system time", "operation",                  \
      "system time per operation: the slope between two counts")                                   \
    X(faults, "", LESS, COUNTS, "page faults", "",                                                 \
      "page faults of the programs measured, over their whole life")                               \
    X(switches, "", LESS, COUNTS, "context switches", "",                                          \
      "context switches of the programs measured, over their whole life")                          \
    X(send_lag_p99_us, "µs", LESS, COUNTS, "99th percentile of send lag", "",                      \
      "open loop: delay of the driver in sending due requests")                                    \
    X(send_lag_p50_us, "µs", LESS, COUNTS, "median send lag", "",                                  \
      "open loop: delay of the driver in sending due requests")                                    \
    X(unsent_share, "share", LESS, SHARES, "unsent share", "",                                     \
      "open loop: share of due requests that were never sent")                                     \
    X(thirds, "", NEITHER, COUNTS, "last third over first", "",                                    \
      "echoes in the last third of the window over those in the first")                            \
    X(littles_law, "", NEITHER, COUNTS, "Little's law", "",                                        \
      "closed loop, persistent connections: rate times mean latency over connections")             \
    X(ports_exhausted, "", LESS, COUNTS, "ports exhausted", "",                                    \
      "connections that failed because the client had no free port")                               \
    X(stolen_share, "share", LESS, COUNTS, "stolen share", "",                                     \
      "share of CPU time that the hypervisor took during the trial")                               \
    X(throttled, "", LESS, COUNTS, "throttled", "",                                                \
      "times that the control group was throttled during the trial")                               \
    X(listen_overflows, "", LESS, COUNTS, "accept queue overflows", "",                            \
      "connections that found a full accept queue during the trial")                               \
    X(listen_drops, "", LESS, COUNTS, "listen drops", "",                                          \
      "connections that a listener dropped during the trial, for any reason")                      \
    X(conntrack_drops, "", LESS, COUNTS, "connection table drops", "",                             \
      "packets dropped during the trial because conntrack's table was full")                       \
    X(retransmits, "", LESS, COUNTS, "retransmits", "",                                            \
      "TCP segments retransmitted during the trial")                                               \
    X(connections_lost, "", LESS, COUNTS, "number of connections lost", "",                        \
      "lost connections, except that of the process that was ended")                               \
    X(connections_lost_share, "share", LESS, SHARES, "share of connections lost", "",              \
      "share of the other connections that were lost")                                             \
    X(service_back_us, "µs", LESS, DURATIONS, "time until service is back", "",                    \
      "time from the sudden end until a new client is served, or never")                           \
    X(others_latency_max_us, "µs", LESS, LATENCIES, "slowest other client", "",                    \
      "the longest of the others' first echoes after the sudden end")                              \
    X(background_ready, "", NEITHER, COUNTS, "background connections", "",                         \
      "background connections that were in place")                                                 \
    X(background_waiting, "", LESS, COUNTS, "background connections waiting", "",                  \
      "background connections that were neither in place nor failed")                              \
    X(in_time_percent, "%", MORE, SHARES, "share of requests answered in time", "",                \
      "share of due requests answered within 0.1 s; failed and unsent ones do not count")          \
    X(held, "", NEITHER, COUNTS, "connections held", "",                                           \
      "idle connections during the memory measurement")                                            \
    X(pss_kib_per_connection, "KiB", LESS, COUNTS, "PSS", "connection",                            \
      "memory of the server's processes; shared pages count proportionally")                       \
    X(page_tables_kib_per_connection, "KiB", LESS, COUNTS, "page tables", "connection",            \
      "page tables of the whole machine, per idle connection")                                     \
    X(kernel_stack_kib_per_connection, "KiB", LESS, COUNTS, "kernel stacks", "connection",         \
      "kernel stacks of the whole machine, per idle connection")                                   \
    X(slab_kib_per_connection, "KiB", LESS, COUNTS, "slab", "connection",                          \
      "kernel objects of the whole machine, per idle connection")                                  \
    X(kernel_kib_per_connection, "KiB", LESS, COUNTS, "kernel memory", "connection",               \
      "page tables, kernel stacks, slab, percpu memory and socket buffers together")               \
    X(memory_kib_per_connection, "KiB", LESS, COUNTS, "memory", "connection",                      \
      "PSS and kernel memory together, per idle connection")                                       \
    X(wrong_answers, "", LESS, COUNTS, "wrong answers", "",                                        \
      "requests with a wrong byte in their answer")                                                \
    X(foreign, "", LESS, COUNTS, "foreign sockets and processes", "",                              \
      "sockets of the server's address in other processes, and processes that left its group")     \
    X(descriptors_leaked, "", LESS, COUNTS, "descriptors leaked", "",                              \
      "descriptors of a process at rest beyond those at the start and one per worker")             \
    X(server_run_queue_delay_us, "µs", LESS, COUNTS, "server run-queue delay", "",                 \
      "total time in the window that the server's threads were runnable without running")          \
    X(client_run_queue_delay, "share", LESS, COUNTS, "client run-queue delay", "",                 \
      "share of the window in which the driver was runnable without running")                      \
    X(stalled, "share", LESS, COUNTS, "stalled", "",                                               \
      "share of the window with pending requests, no answers for long, and no thread waiting "     \
      "for a CPU")                                                                                 \
    X(latency_p99_9_us, "µs", LESS, LATENCIES, "99.9th percentile of latency", "",                 \
      "one request in a thousand took longer; open loop: from when a request was due, of all "     \
      "windows together",                                                                          \
      .percent = 99.9, .is_merged = true)                                                          \
    X(offered_per_s, "/s", NEITHER, RATES, "requests due per second", "",                          \
      "open loop: requests due per second of the window")                                          \
    X(achieved_per_s, "/s", MORE, RATES, "requests answered per second", "",                       \
      "open loop: due requests answered in the window, per second")                                \
    X(capacity_per_s, "/s", MORE, RATES, "capacity", "",                                           \
      "echoes per second of the same server and driver in a closed loop")                          \
    X(capacity_server_load, "share", NEITHER, COUNTS, "server load at capacity", "",               \
      "how busy the server's CPUs were while its capacity was measured")                           \
    X(recovery_s, "s", LESS, LATENCIES, "recovery", "",                                            \
      "from the end of an overload until 99 of 100 requests are answered within the limit again")  \
    X(lost_share, "share", LESS, SHARES, "requests lost", "",                                      \
      "share of the due requests that failed, or were never sent")                                 \
    X(refused_share, "share", LESS, SHARES, "requests refused", "",                                \
      "share of the due requests whose connection was refused, reset or closed")                   \
    X(slo_rate_per_s, "/s", MORE, RATES, "highest rate within the limit", "",                      \
      "the highest rate found with the 99th percentile within the limit")                          \
    X(errors, "", LESS, COUNTS, "errors", "", "failures that are faults, not results")             \
    X(backlog, "", NEITHER, COUNTS, "backlog", "",                                                 \
      "the longest accept queue of the server's listener; of several, the shortest")               \
    X(nodelay, "share", NEITHER, COUNTS, "TCP_NODELAY", "",                                        \
      "share of the server's open connections with TCP_NODELAY, of 64 at most")                    \
    X(control_group, "", NEITHER, COUNTS, "control group", "",                                     \
      "foreign servers: 1 if their CPU time is that of a control group, 0 if of a process group")  \
    X(idle_share, "share", LESS, COUNTS, "start-up share", "",                                     \
      "share of a server's CPU time for a pool and for stopping, measured in another start")

#define METRIC_ENUM(name, ...) METRIC_##name,
enum metric_id { METRICS(METRIC_ENUM) METRIC_COUNT };
#undef METRIC_ENUM

extern const struct metric metrics[METRIC_COUNT];

// The metric of that name, or NULL.
const struct metric *metric_named(const char *name);

// Whether one value is better than another. If a metric has no direction, less counts as better,
// because tables need an order.
bool is_better(const struct metric *metric, double a, double b);

// The name of a class: "rates", "latencies" ...
const char *metric_class_name(unsigned metric_class);

// Writes these metrics as a table (metrics.tsv): their labels and units, "-" for none.
void metrics_write(const bool is_shown[METRIC_COUNT], FILE *file);
