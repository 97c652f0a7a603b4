// What the engine counts and times in a run. The outcomes of a load's workers add up.
#pragma once

#include "clients/core/failure.h"
#include "clients/core/histogram.h"

#include <stdbool.h>
#include <stdint.h>

// Silences: periods in which requests were pending and nothing came back. Grouped by length, from
// 2^k to 2^(k+1) ms.
enum { SILENCES = 20, SILENCE_LEAST_NS = 1000000 };

enum { SLICES = 1024 }; // of a window, at most

struct outcome {
    uint64_t begun_ns, begun_by_ns; // of the window: then, or on another host between the two
    // How long requests were released; counted ones: until the last was answered.
    uint64_t window_ns;
    uint64_t echoes; // requests of the window with a correct answer
    // Those of them that came back before the window's end: the rate is theirs.
    uint64_t echoes_in_time;
    // By when they came back, where the window has a length: they tell whether it was steady.
    uint64_t echoes_first_third, echoes_last_third;
    uint64_t connections;        // made for the window's requests
    uint64_t echoes_total;       // including the warm-up
    uint64_t connections_total;  // including persistent ones and the warm-up
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

    // The window's requests: to its last byte, from the moment it was due (closed loop: from its
    // start), and from its start (connecting, where it needs a connection). Failed and unsent ones
    // count with the time-out: they took at least that long.
    struct histogram latency, service;
    // How late the driver started it, though it was due and a connection was free.
    struct histogram send_lag;
};

// Must be called before anything else.
void outcome_reset(struct outcome *outcome);

// The failures of all types.
uint64_t outcome_failures(const struct outcome *outcome);

// Total time of silences of at least 1 ms and at least twice the median request time. A server that
// processes a whole batch before its first answer is silent for less than that.
uint64_t outcome_silent_ns(const struct outcome *outcome);

// Adds the outcome of another worker of the same load. Counts and times add up, and histograms are
// merged exactly. The window begins with the first and is as long as the longest; of run-queue
// delays and silences, the longest count.
void outcome_merge(struct outcome *into, const struct outcome *from);
