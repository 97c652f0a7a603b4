// A level-triggered epoll loop that accepts and serves: a server, or each worker of one.
//
// What a turn costs depends on how many descriptors are ready, not on how many there are. A
// connection costs an epoll_ctl when it comes, and two more each time its peer does not take its
// bytes at once.
#pragma once

#include <stdint.h>

// Serves until the listener is shut down. flags: EPOLLEXCLUSIVE when other loops wait for the same
// listener, or 0. Returns the exit status. One loop a process.
int epoll_loop(int listen_fd, uint32_t flags);
