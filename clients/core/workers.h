// The driver's workers: processes that each put a part of a load on the server, with an engine and
// on a CPU of their own, behind one gate.
//
// Connections, requests and rate are divided evenly, and what remains goes to the first workers.
// Independent Poisson schedules add up to one of the whole rate. The workers wait for each other at
// the start and at the end of the window; all begin at one moment, when each has had time to wake.
#pragma once

#include "clients/core/engine.h"

// The number of CPUs that this process may use.
unsigned workers_cpus(void);

// The most workers that can share a load: each has a connection and, where they are counted, a
// request.
unsigned workers_at_most(const struct load *load);

// The part of a load that one of `count` workers has, which must not be too many. A load that is
// itself a part keeps its place among all workers.
struct load workers_part(const struct load *whole, unsigned worker, unsigned count);

// Runs a load by `count` processes, or by this one if that is 1. Returns their outcomes, which stay
// until this process ends. If a worker fails, it says why, and this process ends with its status
// (77: the backend does not work here) once all others have ended.
const struct outcome *workers_run(const struct net *net, const struct load *load, unsigned count);
