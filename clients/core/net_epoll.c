// The epoll backend: one non-blocking socket per slot, edge-triggered, so that a connection costs
// one epoll_ctl and an echo costs a send and a receive.
#include "clients/core/clock.h"
#include "clients/core/epoll_wait_ns.h"
#include "clients/core/net.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_A_TURN = 512, RECEIVE_BYTES = 65536 };

struct slot {
    int fd;              // -1: closed
    uint32_t generation; // counts connections, so that events of an earlier one are recognized
    bool connected;
    const unsigned char *data; // not yet sent
    size_t bytes;
};

static int epoll_fd;
static struct slot *slots;

static const char *open_slots(unsigned count)
{
    slots = calloc(count, sizeof *slots);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!slots || epoll_fd < 0)
        return strerror(errno);
    for (unsigned i = 0; i < count; i++)
        slots[i].fd = -1;
    return NULL;
}

static int connect_slot(unsigned slot, const struct sockaddr *to, const struct sockaddr *from,
                        socklen_t length)
{
    struct slot *s = &slots[slot];
    int fd = net_socket(from, length, to->sa_family, SOCK_NONBLOCK);
    if (fd < 0)
        return fd;
    struct epoll_event event = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
        .data.u64 = (uint64_t)++s->generation << 32 | slot,
    };
    if ((connect(fd, to, length) < 0 && errno != EINPROGRESS) ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        int problem = errno;
        close(fd);
        return -problem;
    }
    *s = (struct slot){.fd = fd, .generation = s->generation};
    return 0;
}

// Sends what the socket accepts; the rest follows when it is writable again. A failure also shows
// in the next receive.
static void send_rest(struct slot *s)
{
    while (s->bytes) {
        ssize_t n = send(s->fd, s->data, s->bytes, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        s->data += n;
        s->bytes -= (size_t)n;
    }
}

static void send_slot(unsigned slot, const unsigned char *data, size_t bytes)
{
    slots[slot].data = data;
    slots[slot].bytes = bytes;
    send_rest(&slots[slot]);
}

static void close_slot(unsigned slot)
{
    close(slots[slot].fd);
    slots[slot].fd = -1;
}

static bool is_current(uint64_t tag)
{
    const struct slot *s = &slots[(uint32_t)tag];
    return s->fd >= 0 && s->generation == tag >> 32;
}

static void serve(uint64_t tag, uint32_t events, bool (*handle)(const struct net_event *))
{
    static unsigned char buffer[RECEIVE_BYTES];
    unsigned slot = (uint32_t)tag;
    struct slot *s = &slots[slot];

    if (!s->connected) {
        int problem = 0;
        socklen_t length = sizeof problem;
        getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &problem, &length);
        s->connected = true;
        handle(&(struct net_event){NET_CONNECTED, slot, -problem, NULL});
    } else if (events & EPOLLOUT && s->bytes) {
        send_rest(s);
    }
    // Edge-triggered: remaining data is not reported again. A short read leaves nothing, unless an
    // end of file follows.
    bool ends = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR), more = events & EPOLLIN || ends;
    while (more && is_current(tag)) {
        ssize_t n = recv(s->fd, buffer, sizeof buffer, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        more = n == sizeof buffer || (n > 0 && ends);
        handle(&(struct net_event){NET_RECEIVED, slot, n < 0 ? -errno : n, buffer});
    }
}

static void wait_events(uint64_t until_ns, bool (*handle)(const struct net_event *))
{
    static struct epoll_event events[EVENTS_A_TURN];
    int ready = epoll_wait_ns(epoll_fd, events, EVENTS_A_TURN, ns_until(until_ns));
    for (int i = 0; i < ready; i++)
        if (is_current(events[i].data.u64))
            serve(events[i].data.u64, events[i].events, handle);
}

const struct net net_epoll = {"epoll",   true,       open_slots, connect_slot,
                              send_slot, close_slot, wait_events};
