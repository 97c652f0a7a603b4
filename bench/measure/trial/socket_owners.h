// Who answers: proof that it is the server under measurement. Work that other processes do is in no
// CPU time that a trial accounts for.
//
// Each socket of the server's address is held by a process of its group, those of connections
// included where they are open, and no process that sprang from it has left the group. Costs about
// 10 us for a process of this machine and 1 us for a descriptor of the server (of all processes, if
// nobody has a descriptor for a connection: io_uring holds its own so), and what listing the
// sockets does (tcp_sockets.h).
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"

#include <stdbool.h>

// Counts the sockets and processes for which that is not so into the figure foreign, and makes them
// a fault. No figure if this kernel does not list its sockets, or the server listens to something
// else than IPv4.
void socket_owners_check(const struct server *server, bool connections_are_open,
                         struct measurement *m);
