// The listening socket: opens it, accepts from it, and detects its shutdown, which is how a server
// is told to stop. main.c's SIGTERM handler shuts the socket down. This wakes every accept, select,
// poll, epoll and io_uring wait in every worker, and no flag can be missed.
#pragma once

#include <stdbool.h>

// Listens on a numeric address and port (0: the kernel chooses). No other server can share the
// port, even with reuseport, which only allows open_listeners(). On failure: message and exit
// status 1.
int listen_on(const char *address, unsigned port, bool reuseport);

// Opens `count` sockets on the port of listen_fd, which is the first of them. The kernel
// distributes connections over them by a hash of their addresses (SO_REUSEPORT). Needs a model with
// .reuseport. On failure: message and exit status 1.
int *open_listeners(int listen_fd, unsigned count);

// Shuts all of them down and frees the list.
void close_listeners(int *listeners, unsigned count);

// Accepts one connection; flags are accept4's, SOCK_CLOEXEC is always added. Returns the
// connection, or -1 with errno EAGAIN (non-blocking: no connection now) or another errno (the
// listener was shut down: stop). Transient errors are retried.
int accept_connection(int listen_fd, int flags);

// Classifies an errno of accept: true to accept again, false to stop. If descriptors or memory have
// run out, it prints a message and pauses for 10 ms, so that the server neither dies nor spins.
bool accept_again(int error);

// False once the listener has been shut down.
bool is_listening(int listen_fd);

// Waits until the listener is shut down or timeout_ms have passed (-1: no timeout). True while it
// is listening.
bool wait_while_listening(int listen_fd, int timeout_ms);

// Prints on standard error why clients wait or connections are dropped (error: an errno, or 0). The
// output is rate-limited to one message per second.
void complain(int error, const char *what);

// Makes accept_connection() return instead of waiting. For readiness models, which wait elsewhere.
void set_nonblocking(int fd);
