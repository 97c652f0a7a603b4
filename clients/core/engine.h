// The driver's engine: keeps a number of connections busy with requests, verifies every byte that
// comes back, and records how long it took.
//
// A run has four parts: connecting (persistent connections), a warm-up, the window, and closing.
// Before and after the window the engine waits for all answers, so that the time between the two
// gates covers exactly the window's requests. Closed loop: a connection sends its next request when
// the last one is answered. Open loop: requests are due at the times of a Poisson schedule,
// regardless of the server, and latency counts from there.
#pragma once

#include "clients/core/net.h"
#include "clients/core/outcome.h"

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
    // Called last before the window, and returns when it begins. May be NULL.
    void (*begin)(void);
};

// The seed of a load's schedule, in the window or the warm-up.
uint64_t engine_seed(const struct load *load, bool in_window);

// Runs a load and fills the outcome. net must be open with load->connections slots. Returns 0, or
// -1 with errno if out of memory.
int engine_run(const struct net *net, const struct load *load, struct outcome *outcome);
