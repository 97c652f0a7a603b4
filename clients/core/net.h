// The driver's I/O: connections in numbered slots, queued requests, and events with their results.
// There is one backend per file (net_epoll.c, net_io_uring.c, net_threads.c); the engine does not
// know which one it uses.
#pragma once

#include <stdbool.h>
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
    bool one_thread; // does all I/O in the engine's thread

    // Prepares slots 0 … slots - 1. Returns NULL, or why this backend does not work here.
    const char *(*open)(unsigned slots);

    // Connects a closed slot to an address, from another one unless that is NULL. NET_CONNECTED
    // follows, then NET_RECEIVED for everything received. Returns 0, or a negative errno if no
    // socket could be created: then no event follows.
    int (*connect)(unsigned slot, const struct sockaddr *to, const struct sockaddr *from,
                   socklen_t length);

    // Sends all the bytes, which must not change until they are answered. Only failures produce
    // events.
    void (*send)(unsigned slot, const unsigned char *data, size_t bytes);

    // Closes a slot: it produces no more events and can be connected again.
    void (*close)(unsigned slot);

    // Submits the queued requests, waits for events until until_ns (CLOCK_MONOTONIC) at most, and
    // passes them to the handler, one at a time. Returns no later than until_ns, and soon after the
    // handler has returned true: then the engine has to look.
    void (*wait)(uint64_t until_ns, bool (*handle)(const struct net_event *event));
};

extern const struct net net_epoll, net_io_uring, net_threads;

// The backend of that name, or NULL.
const struct net *net_named(const char *name);

// Prepares so many slots. Exits with status 77 and the reason if the backend does not work here.
void net_open(const struct net *net, unsigned slots);

// Creates a TCP socket for any backend: TCP_NODELAY, close-on-exec, bound to a source address
// unless that is NULL, with the port chosen by connect. type adds SOCK_NONBLOCK. Returns the
// descriptor or a negative errno.
int net_socket(const struct sockaddr *from, socklen_t length, int family, int type);

// The source address of a client's n-th connection: 127.0.0.1, .2, .3 ..., a block of connections
// each, if the server is on the loopback network; otherwise NULL: any. Valid until the next call.
const struct sockaddr *net_source(const struct sockaddr *to, uint64_t n);
