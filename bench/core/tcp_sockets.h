// The TCP sockets of a port, as the kernel lists them (sock_diag(7)). /proc/net/tcp says the same,
// but also tells of every connection of the last minute, which takes long after many of them.
#pragma once

#include <stdbool.h>

struct tcp_socket {
    bool listens;
    unsigned peer_port;  // 0 if it listens
    unsigned long inode; // 0: a connection that is not accepted yet, or was closed
};

// Calls visit with each IPv4 socket whose local port this is. Exits with status 77 if this kernel
// lists none.
void tcp_sockets_visit(unsigned port, void (*visit)(const struct tcp_socket *socket, void *context),
                       void *context);
