// What trials in open loop share: what the server can do at most, and what is an error.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/trial_type.h"

// How many echoes a second the server gives to the driver in a closed loop of the trial's
// connections, a short one; it goes into the figures with how busy the server's processors were.
// Where they were not, the limit was the client's.
double open_loop_capacity(const struct trial *t, const struct server *server,
                          struct measurement *m);

// Requests that were refused, reset, cut short or answered wrong. Those that were late or never
// sent are none of them: they are in the distribution of latencies.
double open_loop_errors(const struct report *report);
