#include "clients/core/epoll_wait_ns.h"

#include "clients/core/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_epoll_pwait2 // kernel headers before 5.11
#define SYS_epoll_pwait2 441
#endif

int epoll_wait_ns(int epoll_fd, struct epoll_event *events, int room, uint64_t limit_ns)
{
    static bool is_missing;
    struct timespec limit = timespec_of_ns(limit_ns),
                    *most = limit_ns == UINT64_MAX ? NULL : &limit;
    if (!is_missing) {
        int count = (int)syscall(SYS_epoll_pwait2, epoll_fd, events, room, most, NULL, 0L);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM))
            return count;
        is_missing = true;
    }
    struct pollfd ready = {.fd = epoll_fd, .events = POLLIN};
    if (ppoll(&ready, 1, most, NULL) < 0)
        return -1;
    return epoll_wait(epoll_fd, events, room, 0);
}
