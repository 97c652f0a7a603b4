// epoll_pwait2(2) for kernels before 5.11, C libraries before 2.35, and filters of system calls
// that do not know it: then ppoll(2) waits as exactly, at the cost of a second system call.
#pragma once

#include <stdint.h>
#include <sys/epoll.h>

// Waits for events for so many nanoseconds at most; UINT64_MAX: for ever. Returns how many there
// are, or -1 with errno set.
int epoll_wait_ns(int epoll_fd, struct epoll_event *events, int room, uint64_t limit_ns);
