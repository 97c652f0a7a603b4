// The client driver as part of a trial: started on the client's CPUs, and its report read.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"

#include <stddef.h>

enum { DRIVER_BYTES = 512 }; // of the driver's arguments

// A load as arguments of the driver.
void driver_arguments(const struct load *load, char text[DRIVER_BYTES]);

// Drives a server with this load; `more` is further arguments, or empty. Returns the CPU time in us
// of the server's processes between the two gates, when no request is pending. The driver's report
// goes to report, lines of a name, a tab and a value. m receives their run-queue delay between the
// gates and the result of the socket owner check (socket_owners.h). Failed requests are no fault:
// they are in the report.
double driver_run(const struct setting *setting, const struct server *server,
                  const struct load *load, const char *more, char *report, size_t bytes,
                  struct measurement *m);

// The value of a name in the driver's report; NAN if there is none.
double reported(const char *report, const char *name);
