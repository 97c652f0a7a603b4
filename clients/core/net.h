// How the driver moves bytes: connections in numbered slots, requests that are queued, and events
// that tell what came of them. One file is one way (net_epoll.c, net_io_uring.c); the engine above
// does not know which it drives.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum net_event_kind {
    NET_CONNECTED, // result: 0 or a negative errno
    NET_RECEIVED,  // result: bytes at data; 0: the peer closed; or a negative errno of receiving or
                   // sending
};

struct net_event {
    enum net_event_kind kind;
    unsigned slot;
    ssize_t result;
    const unsigned char *data; // only until the handler returns
};

struct net {
    const char *name;

    // Prepares slots 0 … slots - 1. Returns NULL, or why this way does not work here.
    const char *(*open)(unsigned slots);

    // Connects a closed slot to an address, from another one unless that is NULL. NET_CONNECTED
    // follows; from then on NET_RECEIVED comes unasked. Returns 0, or a negative errno if no socket
    // could be made: no event follows.
    int (*connect)(unsigned slot, const struct sockaddr *to, const struct sockaddr *from,
                   socklen_t length);

    // Sends all the bytes, which must stay as they are until they were answered. Only failures come
    // back.
    void (*send)(unsigned slot, const unsigned char *data, size_t bytes);

    // Closes a slot: no more events come from it, and it can be connected anew.
    void (*close)(unsigned slot);

    // Carries out what was queued, waits for events until until_ns (CLOCK_MONOTONIC) at most, and
    // hands them over.
    void (*wait)(uint64_t until_ns, void (*handle)(const struct net_event *event));
};

extern const struct net net_epoll, net_io_uring;

// Makes a TCP socket for either: TCP_NODELAY, close-on-exec, bound to a source address unless that
// is NULL, its port left to connect. type adds SOCK_NONBLOCK. Returns the descriptor or a negative
// errno.
int net_socket(const struct sockaddr *from, socklen_t length, int family, int type);

// The source for a client's n-th connection: 127.0.0.1, .2, .3 ... for some each, towards a server
// on the loopback network, or NULL: any. Valid until the next call.
const struct sockaddr *net_source(const struct sockaddr *to, uint64_t n);
