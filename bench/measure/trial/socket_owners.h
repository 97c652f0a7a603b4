// Socket owner check: proves that the server under measurement answers. The work of other processes
// is in no CPU time of a trial.
//
// Each socket of the server's address, including open connections, must be held by a process of its
// group, and no descendant may have left the group. Connections that were there before the client
// do not count: the port may have been another program's, whose clients are still connected. Costs
// about 10 us per process of this machine and 1 us per descriptor of the server (of all processes,
// if a connection has no descriptor: io_uring holds its own privately), plus listing the sockets
// (tcp_sockets.h).
//
// While it has the sockets, it looks at their footing (footing.h): the backlog, and TCP_NODELAY
// where connections are open.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"

#include <stdbool.h>

// Counts the violating sockets and processes in the figure `foreign` and makes them a fault. No
// figure if this kernel does not list its sockets, or the server does not listen on IPv4.
void socket_owners_check(const struct server *server, bool connections_are_open,
                         struct measurement *m);
