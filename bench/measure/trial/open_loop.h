// What trials in open loop share: the load of the plan, and what the server can do at most.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/trial_type.h"

enum { DRIVER_BYTES = 512 }; // of the driver's arguments

// Cuts the plan's load into the driver's arguments and what the kind is asked for behind them
// (" : NAME NUMBER"), which is returned: NAN if there is none.
double open_loop_asked(const char *load, char driver[DRIVER_BYTES]);

// How many echoes a second the server gives to this driver in a closed loop of the same
// connections, a short one; it goes into the figures with how busy the server's processors were.
// Where they were not, the limit was the client's.
double open_loop_capacity(const struct trial *t, const struct server *server, const char *driver,
                          struct measurement *m);

// Requests that were refused, reset, cut short or answered wrong. Those that were late or never
// sent are none of them: they are in the distribution of latencies.
double open_loop_errors(const char *report);
