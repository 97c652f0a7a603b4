// A load put on a server by several client hosts (host.h) together, behind one gate.
//
// Connections, requests and rate are divided over hosts as over workers (workers.h), then in each
// host over its own workers; all schedules differ. Per trial each host is given its part; when all
// are ready, the front end's gate is passed and "go" is sent to each; so at the end. Then come the
// outcomes of all workers, which are merged here.
//
// No clock is compared with another host's. A host says when, by its own clock, it got the "go",
// and its workers when they began. So the front end knows of each begin that it lies between the
// sending of "go" and the arrival of the answer, plus that difference: start skew is reported as
// its upper bound.
#pragma once

#include "clients/core/engine.h"
#include "clients/core/host.h"

#include <stddef.h>

struct hosts {
    struct host *list;
    size_t count;
    size_t used;      // of them, in the last run
    unsigned workers; // of each host; 0: one per CPU that its agent may use
    const struct host *lost;
    char reason[HOST_TEXT_BYTES]; // why
};

// The parts of a load, one for each of the hosts used, with their numbers of workers. Returns the
// number of all workers.
unsigned hosts_parts(struct hosts *hosts, const struct load *whole,
                     struct load parts[HOSTS_AT_MOST], unsigned workers[HOSTS_AT_MOST]);

// Runs a load by all hosts; by the first ones if it has fewer connections or requests than there
// are hosts. Returns the outcomes of all workers, in *count, which stay until this process ends.
// NULL: a host was lost; the others have been told to stop.
const struct outcome *hosts_run(struct hosts *hosts, const struct net *net, const struct load *load,
                                unsigned *count);
