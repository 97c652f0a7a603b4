// A level-triggered epoll loop that accepts and serves: a whole server, or one worker of it.
//
// The cost of an iteration depends on the number of ready descriptors, not on the number of all. A
// connection costs one epoll_ctl when it is accepted, and two more each time the peer does not
// accept its bytes at once.
#pragma once

#include <stdint.h>

// Serves until the listener is shut down. flags: EPOLLEXCLUSIVE if other loops wait for the same
// listener, or 0. Returns the exit status. Threads may each run a loop.
int epoll_loop(int listen_fd, uint32_t flags);

// The same for connections that come from elsewhere. take() is called when source_fd is readable,
// which does not block. It returns the next connection, which does not block either, or -1 with
// errno EAGAIN (there is none now) or another errno (stop).
int epoll_loop_taking(int source_fd, uint32_t flags, int (*take)(int source_fd));
