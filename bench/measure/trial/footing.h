// Equal footing: what a server asked of its sockets. The kernel reports the backlog of a listener,
// and a duplicate of the server's descriptor shows TCP_NODELAY.
//
// The servers of the suite must be equal in both; foreign ones may differ, and the report says so.
#pragma once

#include "bench/base/measurement.h"

#include <stdbool.h>
#include <sys/types.h>

struct footing {
    double backlog;           // the smallest of its listeners; NAN: not seen
    unsigned looked, nodelay; // connections that were looked at, and those with TCP_NODELAY
};

struct footing footing_unknown(void);

void footing_add_listener(struct footing *footing, unsigned backlog);

// Looks at a connection of a process, 64 connections at most. Takes some us. Does nothing where
// that is not permitted, or the kernel is older than 5.6.
void footing_look(struct footing *footing, pid_t pid, int fd);

// Stores what was seen in the figures. If it is one of the suite's, a difference is a fault.
void footing_tell(const struct footing *footing, bool is_of_suite, struct measurement *m);
