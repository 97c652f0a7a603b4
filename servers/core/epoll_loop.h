// A level-triggered epoll loop that accepts and serves: a whole server, or one worker of it.
//
// The cost of an iteration depends on the number of ready descriptors, not on the number of all. A
// connection costs one epoll_ctl when it is accepted, and two more each time the peer does not
// accept its bytes at once.
#pragma once

#include <stdint.h>

// Serves until the listener is shut down. flags: EPOLLEXCLUSIVE if other loops wait for the same
// listener, or 0. Returns the exit status. One loop per process.
int epoll_loop(int listen_fd, uint32_t flags);
