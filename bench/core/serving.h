// A serving trial: a fresh server, driven by the client driver, stopped, and its CPU time
// accounted.
#pragma once

#include "bench/core/measurement.h"

#include <sched.h>

struct setting {
    cpu_set_t server_cpus, client_cpus;
    int log_fd; // takes what servers and tools print on their error output
};

// program and arguments (words) start the server; load is the driver's arguments. Faults are in
// m->status.
//
// The CPU time is that of the server's whole process tree. Where connections persist it is taken
// between the two ends of the window, at which no request is under way: every process that served
// is alive then. Where they do not, processes come and go: it is taken over the server's whole life
// by wait4(), less what the same server spends when it is started and stopped without a client,
// which is measured just before; warm-up and window both count, as do their connections.
void serve_and_measure(const struct setting *setting, const char *program, const char *arguments,
                       const char *load, struct measurement *m);
