// What one trial yields: a row of figures, NAN where a figure does not apply, and whether it can be
// used.
#pragma once

#include <stddef.h>

// The columns of trials.tsv between the trial's name and its status, in their order.
#define FIGURES(X)                                                                                 \
    X(window_s)      /* how long the driver released requests */                                   \
    X(connections)   /* that the server's CPU time below is for */                                 \
    X(echoes)        /* likewise */                                                                \
    X(failures)      /* requests refused, reset, short, wrong, or late */                          \
    X(served)        /* connections on which all went well, over the driver's whole run */         \
    X(server_cpu_us) /* of the server's whole process tree, for those connections and echoes */    \
    X(server_idle_cpu_us) /* what the same server spends on starting and stopping alone; taken off \
                             above */                                                              \
    X(server_cpu_us_per_connection) /* where connections do not persist */                         \
    X(server_cpu_us_per_echo)                                                                      \
    X(server_faults_per_connection)   /* page faults, where connections do not persist */          \
    X(server_switches_per_connection) /* switches to another task, likewise */                     \
    X(connections_per_s)                                                                           \
    X(echoes_per_s)                                                                                \
    X(server_descriptors)     /* of its first process, at rest after the load */                   \
    X(server_zombies)         /* its children that ended and were not waited for, likewise */      \
    X(server_memory_kib)      /* resident and private to its first process, likewise */            \
    X(client_load)            /* of the driver's processor, 0 to 1, in the window */               \
    X(client_cpu_us_per_echo) /* in the window */                                                  \
    X(latency_p50_us)         /* from the start of a request; open loop: see below */              \
    X(latency_p99_us)                                                                              \
    X(wall_us_per_operation) /* timed programs: the slope between two counts */                    \
    X(cpu_us_per_operation)  /* likewise, user and system time, together and each */               \
    X(user_us_per_operation)                                                                       \
    X(system_us_per_operation)                                                                     \
    X(latency_p99_9_us)     /* open loop: from when a request was due */                           \
    X(offered_per_s)        /* open loop: requests due */                                          \
    X(achieved_per_s)       /* of them, those answered in the window */                            \
    X(send_lag_p99_us)      /* open loop: how late the driver sent what was due and could go */    \
    X(unsent_share)         /* open loop: of the requests due, never sent */                       \
    X(capacity_per_s)       /* echoes of the same server and driver in a closed loop */            \
    X(capacity_server_load) /* of the server's processors then, 0 to 1 */                          \
    X(kept_per_s)           /* the highest rate found that kept the limit */

#define FIGURE_ENUM(name) FIGURE_##name,
enum figure { FIGURES(FIGURE_ENUM) FIGURE_COUNT };
#undef FIGURE_ENUM

struct measurement {
    double figures[FIGURE_COUNT];
    char status[240]; // "ok", or what went wrong: the figures are then not to be used
};

extern const char *const figure_names[FIGURE_COUNT];

void measurement_reset(struct measurement *m);

// Sets the status unless it tells of an earlier fault already.
__attribute__((format(printf, 2, 3))) void measurement_fault(struct measurement *m,
                                                             const char *format, ...);

// Adds to the status of a fault what somebody has said about it, if anything.
void measurement_explain(struct measurement *m, const char *words);
