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
    X(server_cpu_us_per_kib) /* of what was echoed */                                              \
    X(busiest_worker_share)  /* where workers count: requests of the busiest, as a multiple of     \
                                an even share */                                                   \
    X(idlest_worker_share)   /* likewise */                                                        \
    X(processors_shared)     /* by server and client */                                            \
    X(wall_us_per_operation) /* timed programs: the slope between two counts */                    \
    X(cpu_us_per_operation)  /* likewise, user and system time, together and each */               \
    X(user_us_per_operation)                                                                       \
    X(system_us_per_operation)                                                                     \
    X(faults)           /* page faults of the programs measured, over their whole life */          \
    X(switches)         /* their switches to another task, likewise */                             \
    X(send_lag_p99_us)  /* open loop: how late the driver sent what was due and could go */        \
    X(unsent_share)     /* open loop: of the requests that were due, never sent */                 \
    X(thirds)           /* echoes in the last third of the window over those in the first */       \
    X(littles_law)      /* closed loop, persistent: rate and mean latency over connections */      \
    X(ports_exhausted)  /* connections that the client had no port for */                          \
    X(stolen_share)     /* of the processors' time, taken by the hypervisor in the trial */        \
    X(throttled)        /* times that the control group had used up its quota, likewise */         \
    X(listen_overflows) /* connections that found an accept queue full, likewise */                \
    X(listen_drops)     /* those, and others that a listener did not take, likewise */             \
    X(retransmits)      /* TCP segments sent again, likewise */                                    \
    X(connections_lost) /* others than the one whose server came to a sudden end */                \
    X(connections_lost_share) /* of those others */                                                \
    X(service_back)           /* 1: somebody new is served after that; 0: nobody any more */       \
    X(service_back_us)        /* so long after it; none if it does not come back */                \
    X(others_latency_max_us)  /* of the others' first echoes after it, where there are any */      \
    X(background_ready)       /* connections beside the driver's that were in place */             \
    X(background_waiting)     /* that were not, though nothing had failed */                       \
    X(in_time_percent) /* of the requests due, failed and unsent ones too, answered within 0.1 s   \
                        */                                                                         \
    X(held)            /* idle connections that memory was measured at */                          \
    X(pss_kib_per_connection)         /* of the server's processes, shared pages by their share */ \
    X(page_tables_kib_per_connection) /* of the whole machine, as all of the kernel's memory */    \
    X(kernel_stack_kib_per_connection)                                                             \
    X(slab_kib_per_connection)                                                                     \
    X(kernel_kib_per_connection) /* these three, percpu memory and socket buffers */               \
    X(memory_kib_per_connection) /* with PSS */                                                    \
    X(wrong_answers)             /* requests that did not come back byte for byte */               \
    X(foreign)            /* sockets of the server's address that others hold, and processes that  \
                             left its group */                                                     \
    X(descriptors_leaked) /* that one of its processes has more, at rest after the load, than the  \
                             first when it began to listen; but one for each worker */             \
    X(server_run_queue_delay_us) /* what its threads waited for a processor in the window, all     \
                                    together */                                                    \
    X(client_run_queue_delay)    /* of the window, in which the driver waited for a processor */   \
    X(stalled)          /* of the window, in which requests were under way, nothing came back for  \
                           long, and nobody waited for a processor */                              \
    X(latency_p99_9_us) /* open loop: from when a request was due */                               \
    X(offered_per_s)    /* open loop: requests due */                                              \
    X(achieved_per_s)   /* of them, those answered in the window */                                \
    X(capacity_per_s)   /* echoes of the same server and driver in a closed loop */                \
    X(capacity_server_load) /* of the server's processors then, 0 to 1 */                          \
    X(slo_rate_per_s)       /* the highest rate found that kept the limit */                       \
    X(errors)               /* of the failures, those that are a fault and no result */            \
    X(idle_share)           /* of the CPU time of a server's whole life, what it spends idle */

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
