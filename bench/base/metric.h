// The metrics: everything that a trial counts or times, as one table. A new metric is a row here
// and an assignment in the trial type that measures it; it is then recorded, judged, and shown with
// its unit and its words. Nothing is ever inferred from the spelling of a name.
#pragma once

#include <stdbool.h>
#include <stdio.h>

// What a metric is a measure of: reasons to doubt a trial (analyse/validity.c) concern classes.
enum metric_class {
    RATES = 1,
    LATENCIES = 2,
    DURATIONS = 4,
    CPU_TIMES = 8,
    COUNTS = 16, // events, memory, descriptors, and the conditions of a trial
    SHARES = 32, // of the requests: what was in time, what was not sent
    EVERYTHING = 63
};

enum better { LESS, MORE, NEITHER };

struct metric {
    const char *name;
    const char
        *unit; // empty: a number of things, or a ratio; "share": from 0 to 1, shown in percent
    enum better better;
    unsigned metric_class;
    const char *label;    // a noun: "server CPU"
    const char *per;      // of one what: "connection"; empty: of the trial as a whole
    const char *sentence; // what it is
    double percent;       // of a percentile of latencies: 99.9; 0: it is none
};

// The columns of trials.tsv between the trial's name and its status, in their order. All values are
// NAN where a metric does not apply, and INFINITY where what it waits for never comes ("never").
#define METRICS(X)                                                                                 \
    X(window_s, "s", NEITHER, COUNTS, "window", "", "how long the driver released requests")       \
    X(connections, "", NEITHER, COUNTS, "connections", "",                                         \
      "connections that the server's CPU time is for")                                             \
    X(echoes, "", NEITHER, COUNTS, "echoes", "", "echoes that the server's CPU time is for")       \
    X(failures, "", LESS, COUNTS, "failures", "",                                                  \
      "requests refused, reset, cut short, answered wrong, or late")                               \
    X(served, "", MORE, COUNTS, "connections served", "",                                          \
      "connections on which all went well, over the driver's whole run")                           \
    X(server_cpu_us, "µs", LESS, CPU_TIMES, "server CPU", "",                                      \
      "CPU time of the server's whole process tree, for those connections and echoes")             \
    X(server_idle_cpu_us, "µs", LESS, CPU_TIMES, "idle server CPU", "",                            \
      "what the same server spends on starting and stopping alone; it is taken off")               \
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
      "children of the server that ended and were not waited for, at rest after the load")         \
    X(server_memory_kib, "KiB", LESS, COUNTS, "server memory", "",                                 \
      "resident memory private to the server's first process, at rest after the load")             \
    X(client_load, "share", LESS, COUNTS, "client load", "",                                       \
      "how busy the driver's processor was in the window")                                         \
    X(client_cpu_us_per_echo, "µs", LESS, CPU_TIMES, "client CPU", "echo",                         \
      "CPU time of the driver per echo, in the window")                                            \
    X(latency_p50_us, "µs", LESS, LATENCIES, "median latency", "",                                 \
      "half of the requests took longer; open loop: from when a request was due", .percent = 50)   \
    X(latency_p99_us, "µs", LESS, LATENCIES, "99th percentile of latency", "",                     \
      "one request in a hundred took longer; open loop: from when a request was due",              \
      .percent = 99)                                                                               \
    X(server_cpu_us_per_kib, "µs", LESS, CPU_TIMES, "server CPU", "KiB",                           \
      "CPU time of the server's whole process tree per KiB echoed")                                \
    X(busiest_worker_share, "", LESS, COUNTS, "busiest worker's load", "",                         \
      "requests of the busiest worker, as a multiple of an even share")                            \
    X(idlest_worker_share, "", MORE, COUNTS, "idlest worker's load", "",                           \
      "requests of the idlest worker, as a multiple of an even share")                             \
    X(processors_shared, "", LESS, COUNTS, "processors shared", "",                                \
      "processors that server and client both used")                                               \
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
      "open loop: how late the driver sent what was due and could go")                             \
    X(unsent_share, "share", LESS, SHARES, "unsent share", "",                                     \
      "open loop: of the requests that were due, those never sent")                                \
    X(thirds, "", NEITHER, COUNTS, "last third over first", "",                                    \
      "echoes in the last third of the window over those in the first")                            \
    X(littles_law, "", NEITHER, COUNTS, "Little's law", "",                                        \
      "closed loop, persistent connections: rate times mean latency over connections")             \
    X(ports_exhausted, "", LESS, COUNTS, "ports exhausted", "",                                    \
      "connections that the client had no port for")                                               \
    X(stolen_share, "share", LESS, COUNTS, "stolen share", "",                                     \
      "of the processors' time, what the hypervisor took in the trial")                            \
    X(throttled, "", LESS, COUNTS, "throttled", "",                                                \
      "times in the trial that the control group had used up its quota of processor time")         \
    X(listen_overflows, "", LESS, COUNTS, "accept queue overflows", "",                            \
      "connections in the trial that found an accept queue full")                                  \
    X(listen_drops, "", LESS, COUNTS, "listen drops", "",                                          \
      "connections in the trial that a listener did not take, for a full queue or otherwise")      \
    X(retransmits, "", LESS, COUNTS, "retransmits", "", "TCP segments sent again in the trial")    \
    X(connections_lost, "", LESS, COUNTS, "number of connections lost", "",                        \
      "connections lost besides the one whose server came to a sudden end")                        \
    X(connections_lost_share, "share", LESS, SHARES, "share of connections lost", "",              \
      "of the other connections, those lost")                                                      \
    X(service_back_us, "µs", LESS, DURATIONS, "time until service is back", "",                    \
      "from the sudden end until somebody new is served; never, if nobody is")                     \
    X(others_latency_max_us, "µs", LESS, LATENCIES, "slowest of the others", "",                   \
      "the longest of the others' first echoes after the sudden end")                              \
    X(background_ready, "", NEITHER, COUNTS, "background connections", "",                         \
      "background connections that were in place")                                                 \
    X(background_waiting, "", LESS, COUNTS, "background connections waiting", "",                  \
      "background connections that were not in place, though nothing had failed")                  \
    X(in_time_percent, "%", MORE, SHARES, "share of requests answered in time", "",                \
      "of the requests due, those answered within 0.1 s; failed and unsent ones were not")         \
    X(held, "", NEITHER, COUNTS, "connections held", "",                                           \
      "idle connections that memory was measured at")                                              \
    X(pss_kib_per_connection, "KiB", LESS, COUNTS, "PSS", "connection",                            \
      "memory of the server's processes; shared pages count by their share")                       \
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
      "requests that did not come back byte for byte")                                             \
    X(foreign, "", LESS, COUNTS, "foreign sockets and processes", "",                              \
      "sockets of the server's address that others hold, and processes that left its group")       \
    X(descriptors_leaked, "", LESS, COUNTS, "descriptors leaked", "",                              \
      "descriptors that a process has at rest beyond those at the start and one for each worker")  \
    X(server_run_queue_delay_us, "µs", LESS, COUNTS, "server run-queue delay", "",                 \
      "how long the server's threads waited for a processor in the window, all together")          \
    X(client_run_queue_delay, "share", LESS, COUNTS, "client run-queue delay", "",                 \
      "share of the window in which the driver waited for a processor")                            \
    X(stalled, "share", LESS, COUNTS, "stalled", "",                                               \
      "share of the window with requests under way in which nothing came back for long and "       \
      "nobody "                                                                                    \
      "waited for a processor")                                                                    \
    X(latency_p99_9_us, "µs", LESS, LATENCIES, "99.9th percentile of latency", "",                 \
      "one request in a thousand took longer; open loop: from when a request was due",             \
      .percent = 99.9)                                                                             \
    X(offered_per_s, "/s", NEITHER, RATES, "requests due per second", "",                          \
      "open loop: requests due per second of the window")                                          \
    X(achieved_per_s, "/s", MORE, RATES, "requests answered per second", "",                       \
      "open loop: of the requests due, those answered in the window, per second")                  \
    X(capacity_per_s, "/s", MORE, RATES, "capacity", "",                                           \
      "echoes per second of the same server and driver in a closed loop")                          \
    X(capacity_server_load, "share", NEITHER, COUNTS, "server load at capacity", "",               \
      "how busy the server's processors were when its capacity was measured")                      \
    X(slo_rate_per_s, "/s", MORE, RATES, "highest rate within the limit", "",                      \
      "the highest rate found whose 99th percentile stayed within the limit")                      \
    X(errors, "", LESS, COUNTS, "errors", "", "failures that are a fault and not a result")        \
    X(idle_share, "share", LESS, COUNTS, "start-up share", "",                                     \
      "of the CPU time of a server's whole life, what it spends on starting and stopping")

#define METRIC_ENUM(name, ...) FIGURE_##name,
enum figure { METRICS(METRIC_ENUM) FIGURE_COUNT };
#undef METRIC_ENUM

extern const struct metric metrics[FIGURE_COUNT];

// The metric of that name, or NULL.
const struct metric *metric_named(const char *name);

// Whether one value is better than another. Of a metric for which neither direction is, less is
// taken for better: tables need some order.
bool is_better(const struct metric *metric, double a, double b);

// What metrics of one class are called: "rates", "latencies" ...
const char *metric_class_name(unsigned metric_class);

// Writes those metrics as a table (metrics.tsv): what they are called and measured in, "-" for
// none.
void metrics_write(const bool is_shown[FIGURE_COUNT], FILE *file);
