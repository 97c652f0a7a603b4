// The client driver as part of a trial: started on the client's processors, held at the two ends of
// its window, and its report read.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"
#include "clients/core/report.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { DRIVER_BYTES = 512 }; // of the driver's arguments

// A load in the driver's arguments.
void driver_arguments(const struct load *load, char text[DRIVER_BYTES]);

// Drives a server with this load; `more` is further arguments, or empty. Returns the CPU time in us
// that the server's processes spent between the two gates, at which no request is under way. Into m
// goes how long they waited for a processor between the gates, and whether it was they who answered
// (socket_owners.h). Failed requests are no fault: they are in the report. Without a report, which
// is a fault, its numbers are NAN.
double driver_run(const struct setting *setting, const struct server *server,
                  const struct load *load, const char *more, struct report *report,
                  struct measurement *m);

// The same in steps, for whoever does something else within the window.
struct driver {
    pid_t pid;
    int output_fd, gate_fd;
    uint64_t deadline_ns; // of all that it is waited for
};

struct driver driver_start(const struct setting *setting, const struct server *server,
                           const struct load *load, const char *more);

// Waits until the driver stands at the beginning of its window, or at its end. False if it does
// not come.
bool driver_awaits_gate(const struct driver *driver);
bool driver_pass_gate(const struct driver *driver);

// Waits for its end and reads its report. A driver that stands at a gate ends without one.
void driver_end(const struct driver *driver, struct report *report, struct measurement *m);
