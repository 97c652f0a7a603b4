// The driver's report of a run: written as lines of a name, a tab and a value, or as one JSON
// object; read back from the lines.
#pragma once

#include "clients/core/failure.h"

#include <stdbool.h>
#include <stdio.h>

enum { REPORT_TEXT_BYTES = 272, REPORT_PROBLEM_BYTES = 160 };

// Statistics of times; a percentile needs ten values beyond it.
struct times {
    double p50_us, p90_us, p99_us, p99_9_us, max_us, mean_us;
};

// A number that does not apply, or is unknown, is NAN.
struct report {
    char target[REPORT_TEXT_BYTES], io[REPORT_TEXT_BYTES],
        loop[REPORT_TEXT_BYTES]; // open or closed
    double connections, requests_per_connection, bytes;
    double offered_per_s; // open loop
    double window_s;
    double echoes, echoes_per_s; // of the window; the rate counts those that came back within it
    double connections_made, connections_per_s;
    double echoes_total, connections_total; // including the warm-up
    double connections_served; // of those, connections whose requests were all answered correctly
    double errors[FAILURES];   // over the whole run
    double unsent;             // due in the window, and never sent
    double ports_exhausted;    // connections that failed because no local port was free
    double echoes_first_third, echoes_last_third;
    double cpu_us_per_echo, cpu_load, in_time_percent, cpu_wait; // of the driver, in the window
    double silent;                // share of the window in which nothing came back for long
    double recovered, recovery_s; // of a burst: whether (1) or not (0), and how long after its end
    // How many workers there were; of several, what differed between them.
    double hosts; // NAN: this one
    double workers, start_skew_us, worker_load_least;
    double worker_p50_least_us, worker_p50_most_us, worker_p99_least_us, worker_p99_most_us;
    struct times latency;  // from when a request was due
    struct times service;  // from when it was sent
    struct times send_lag; // from when it was due to when it was sent
};

// The name of an error type in a report.
const char *report_error_name(enum failure kind);

// An empty report: no text, all numbers NAN.
void report_clear(struct report *r);

// Writes lines, or a JSON object in which NAN is null.
void report_write(const struct report *r, FILE *file, bool as_json);

// Reads the lines of a report, which must have each figure exactly once and nothing else. Otherwise
// it returns false, describes the problem in `problem`, and clears the report.
bool report_read(struct report *r, const char *text, char problem[REPORT_PROBLEM_BYTES]);
