// The listening socket: opening it, accepting from it, and noticing that it was shut down, which is
// how a server is told to stop (main.c's SIGTERM handler shuts it down; that wakes every accept,
// select, poll, epoll and io_uring wait in every worker, and no flag can be missed).
#pragma once

#include <stdbool.h>

// Listens on a numeric address and port (0: the kernel chooses). The port is this server's alone,
// also with reuseport, which lets its own listen_beside() in. Fails with a message and exit
// status 1.
int listen_on(const char *address, unsigned port, bool reuseport);

// So many sockets that listen where listen_fd does, which is the first of them: the kernel spreads
// connections over them by a hash of their addresses (SO_REUSEPORT). Needs a model with .reuseport.
// Fails with a message and exit status 1.
int *listen_beside(int listen_fd, unsigned count);

// Shuts all of them down, and frees the list.
void listen_no_more(int *listeners, unsigned count);

// Accepts one connection; flags are accept4's, SOCK_CLOEXEC is always added. Returns the
// connection, or -1 with errno EAGAIN (non-blocking: no connection now) or another errno (the
// listener was shut down: stop). Passing faults are retried.
int accept_connection(int listen_fd, int flags);

// What an accept's errno means: true to accept again, false to stop. When descriptors or memory are
// short it says so and pauses for 10 ms first, so that a server without them neither dies nor
// spins.
bool accept_again(int error);

// False once the listener has been shut down.
bool is_listening(int listen_fd);

// Sleeps until the listener is shut down or timeout_ms are over (-1: no timeout). True while it is
// listening.
bool wait_while_listening(int listen_fd, int timeout_ms);

// Says on standard error why clients wait or are turned away (error: an errno, or 0), once a second
// at most: a flood of clients is to be no flood of messages.
void complain(int error, const char *what);

// Makes accept_connection() return instead of waiting. For readiness models, which wait elsewhere.
void set_nonblocking(int fd);
