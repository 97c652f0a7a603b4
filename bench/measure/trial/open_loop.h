// Shared by open-loop trials: the server's capacity, and the definition of an error.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/trial_type.h"

// The server's echoes per second in a short closed loop with the trial's connections. It is stored
// in the figures, with the load of the server's CPUs. If those were not busy, the client was the
// limit. Errors are a fault, except refusals where the server may refuse.
double open_loop_capacity(const struct trial *t, const struct server *server, bool may_refuse,
                          struct measurement *m);

// Requests that were refused, reset, cut short or wrongly answered. Late and unsent ones do not
// count: they are in the latency distribution.
double open_loop_errors(const struct report *report);

// Those of them whose connection was refused, reset or closed.
double open_loop_refused(const struct report *report);
