// The driver's engine: keeps a number of connections busy with requests, verifies every byte that
// comes back, and records how long it took.
//
// A run has four parts: connecting (persistent connections), a warm-up, the window, and closing.
// Before and after the window the engine waits for all answers, so that the time between the two
// gates covers exactly the window's requests. Closed loop: a connection sends its next request when
// the last one is answered. Open loop: requests are due at the times of a Poisson schedule,
// regardless of the server, and latency counts from there.
#pragma once

#include "clients/core/failure.h"
#include "clients/core/histogram.h"
#include "clients/core/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct load {
    struct sockaddr_storage target;
    socklen_t target_bytes;
    unsigned connections;             // at the same time
    uint64_t requests_per_connection; // 0: connections persist
    size_t bytes;                     // of a request, including its newline
    uint64_t warmup_ns;
    uint64_t window_ns;      // 0: the window ends after total_requests
    uint64_t total_requests; // 0: the window ends after window_ns
    double rate_per_s;       // 0: closed loop
    double burst_rate_per_s; // open loop: that of the first burst_ns of the window; 0: none
    uint64_t burst_ns;
    uint64_t slice_ns;        // requests are counted by when they were due; 0: not
    uint64_t late_ns;         // and are late after this time
    uint64_t timeout_ns;      // a request fails after this time without an answer
    uint64_t seed;            // of the schedule
    unsigned worker, workers; // which of how many, from 0: each has a schedule and source addresses
                              // of its own (workers.h)
    // Called at the start and at the end of the window, while no request is pending. May be NULL.
    void (*gate)(const char *moment);
};

// Silences: periods in which requests were pending and nothing came back. Grouped by length, from
// 2^k to 2^(k+1) ms.
enum { SILENCES = 20, SILENCE_LEAST_NS = 1000000 };

enum { SLICES = 1024 }; // of a window, at most

struct outcome {
    uint64_t begun_ns, begun_by_ns; // of the window: then, or on another host between the two
    uint64_t
        window_ns;   // how long requests were released; counted ones: until the last was answered
    uint64_t echoes; // requests of the window with a correct answer
    uint64_t
        echoes_in_time; // those of them that came back before the window's end: the rate is theirs
    uint64_t echoes_first_third, echoes_last_third; // by when they came back, where the window has
                                                    // a length: they tell whether it was steady
    uint64_t connections;                           // made for the window's requests
    uint64_t echoes_total;                          // including the warm-up
    uint64_t connections_total;                     // including persistent ones and the warm-up
    uint64_t connections_served; // of those, connections whose requests were all answered correctly
    uint64_t failures[FAILURES]; // over the whole run, by type
    uint64_t ports_exhausted;    // connections that failed because no local port was free
    uint64_t unsent;             // due in the window by the schedule, but never sent
    int last_errno;              // of the last connection that failed or broke, or 0
    bool gave_up;                // nothing came back, or nothing more: the run was cut short
    uint64_t cpu_window_ns;      // the driver's own CPU time between the gates
    uint64_t busiest_window_ns;  // that of the worker with most

    // How long the driver was runnable between the gates without running, if the kernel reports it
    // and the driver has one thread: several wait for each other.
    bool knows_run_queue_delay;
    uint64_t run_queue_delay_window_ns;
    // Of the window: the total time of silences, by length.
    uint64_t silence_ns[SILENCES];

    // The window's requests by the slice in which they were due, and those that were late or
    // failed.
    uint64_t slice_due[SLICES], slice_late[SLICES];

    // The window's requests. Failed and unsent ones count with the time-out: they took at least
    // that long.
    struct histogram latency; // from the moment the request was due (closed loop: from its start)
                              // to its last byte
    struct histogram
        service; // from its start (connecting, where it needs a connection) to its last byte
    struct histogram
        send_lag; // how late the driver started it, though it was due and a connection was free
};

// Total time of silences of at least 1 ms and at least twice the median request time. A server that
// processes a whole batch before its first answer is silent for less than that.
uint64_t outcome_silent_ns(const struct outcome *outcome);

// Adds the outcome of another worker of the same load. Counts and times add up, and histograms are
// merged exactly. The window begins with the first and is as long as the longest; of run-queue
// delays and silences, the longest count.
void outcome_merge(struct outcome *into, const struct outcome *from);

// The seed of a load's schedule, in the window or the warm-up.
uint64_t engine_seed(const struct load *load, bool in_window);

// Runs a load and fills the outcome. net must be open with load->connections slots. Returns 0, or
// -1 with errno if out of memory.
int engine_run(const struct net *net, const struct load *load, struct outcome *outcome);
