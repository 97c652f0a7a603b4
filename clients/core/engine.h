// The driver's engine: keeps a number of connections busy with requests, verifies every byte that
// comes back, and records how long it took.
//
// A run has four parts: connections are made (persistent ones), a warm-up, the window, and the
// close. Before and after the window all answers are awaited, so that what happens between the two
// gates is the window's requests, all of them and nothing else. Closed loop: a connection sends its
// next request when the last one is answered. Open loop: requests are due at the times of a Poisson
// schedule, whatever the server does, and latency counts from there.
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
    size_t bytes;                     // of a request, its newline included
    uint64_t warmup_ns;
    uint64_t window_ns;      // 0: the window ends after total_requests
    uint64_t total_requests; // 0: the window ends after window_ns
    double rate_per_s;       // 0: closed loop
    uint64_t timeout_ns;     // a request unanswered for so long has failed
    uint64_t seed;           // of the schedule
    // Called at the start and at the end of the window, while nothing is under way. May be NULL.
    void (*gate)(const char *moment);
};

// Silences: while requests were under way, nothing came back. They are kept by their length, from
// 2^k to 2^(k+1) ms.
enum { SILENCES = 20, SILENCE_LEAST_NS = 1000000 };

struct outcome {
    uint64_t
        window_ns;   // how long requests were released; counted ones: until the last was answered
    uint64_t echoes; // requests of the window that came back right
    uint64_t
        echoes_in_time; // those of them that came back before the window's end: the rate is theirs
    uint64_t echoes_first_third, echoes_last_third; // by when they came back, where the window has
                                                    // a length: they tell whether it was steady
    uint64_t connections;                           // made for the window's requests
    uint64_t echoes_total;                          // warm-up included
    uint64_t connections_total;                     // persistent ones and warm-up included
    uint64_t connections_served; // those of them whose requests were all answered right
    uint64_t failures[FAILURES]; // over the whole run, by kind
    uint64_t ports_exhausted;    // connections that could not be made for want of a port of ours
    uint64_t unsent;             // due in the window by the schedule, and never sent
    int last_errno;              // of the latest connection that could not be made or broke, or 0
    bool gave_up;                // nothing came back, or nothing more: the run was cut short
    uint64_t cpu_window_ns;      // the driver's own CPU time between the gates

    // For how long the driver could have run between the gates, but others did, if the kernel says.
    bool knows_run_queue_delay;
    uint64_t run_queue_delay_window_ns;
    // Of the window: silences of a length, all together.
    uint64_t silence_ns[SILENCES];

    // The window's requests. Failed and unsent ones are in there with the time-out: they took at
    // least that long.
    struct histogram latency; // from the moment the request was due (closed loop: from its start)
                              // to its last byte
    struct histogram
        service; // from its start (connecting, where it needs a connection) to its last byte
    struct histogram
        send_lag; // how late the driver started it, though it was due and a connection was free
};

// For how long nothing came back at a stretch, together: silences of at least 1 ms, and of at least
// twice the time that half of the requests take. A server that does all there is to do before it
// answers the first one of many is silent for less than that.
uint64_t outcome_silent_ns(const struct outcome *outcome);

// Runs a load and fills the outcome. net has been opened with load->connections slots. Returns 0,
// or -1 with errno if there is no memory.
int engine_run(const struct net *net, const struct load *load, struct outcome *outcome);
