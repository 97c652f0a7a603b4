// The TCP sockets of a port, as listed by the kernel (sock_diag(7)). /proc/net/tcp has the same
// information, but also every connection of the last minute, which is slow if there were many.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tcp_socket {
    bool listens;
    uint32_t address;    // its own, in host order
    unsigned peer_port;  // 0 for a listener
    unsigned backlog;    // of a listener
    unsigned long inode; // 0: a connection that is not accepted yet, or was closed
};

// Calls visit for each IPv4 socket with this local port. The kernel scans all sockets: with 100 000
// connections of the last minute that takes 12 ms, for listeners almost nothing. False if this
// kernel cannot list them.
bool tcp_sockets_visit(unsigned port, bool only_listening,
                       void (*visit)(const struct tcp_socket *socket, void *context),
                       void *context);
