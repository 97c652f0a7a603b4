// The client driver as part of a trial: started on the client's CPUs, held at the two ends of its
// window, and its report read.
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

// A load as arguments of the driver.
void driver_arguments(const struct load *load, char text[DRIVER_BYTES]);

// Drives a server with this load; `more` is further arguments, or empty. Returns the CPU time in us
// of the server's processes between the two gates, when no request is pending. m receives their
// run-queue delay between the gates and the result of the socket owner check (socket_owners.h).
// Failed requests are no fault: they are in the report. A missing report is a fault, and its
// numbers are NAN.
double driver_run(const struct setting *setting, const struct server *server,
                  const struct load *load, const char *more, struct report *report,
                  struct measurement *m);

// The same in steps, for callers that do something else within the window.
struct driver {
    pid_t pid;
    int output_fd, gate_fd;
    uint64_t deadline_ns; // for everything that is awaited
    bool uses_hosts;
    char lost[256]; // the client host that was lost, and how; empty: none
};

struct driver driver_start(const struct setting *setting, const struct server *server,
                           const struct load *load, const char *more);

// Waits until the driver is at the beginning of its window, or at its end. False if it does not get
// there.
bool driver_awaits_gate(struct driver *driver);
bool driver_pass_gate(const struct driver *driver);

// Waits for its end and reads its report. A driver that waits at a gate ends without one. A client
// host that was lost is a fault.
void driver_end(struct driver *driver, struct report *report, struct measurement *m);
