#include "servers/core/epoll_loop.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_ITERATION = 512 };

struct connection {
    LIST_ENTRY(connection) others;
    struct ready_echo echo;
    int fd;
    short waits_for; // POLLIN or POLLOUT; EPOLLIN and EPOLLOUT are the same bits
};

static int epoll_fd;
static LIST_HEAD(connection_list,
                 connection)
    connections; // without the list, only the kernel would know the idle connections

static void add(int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (!c || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connfd, &event) < 0) {
        complain(errno, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->fd = connfd;
    c->waits_for = POLLIN;
    LIST_INSERT_HEAD(&connections, c, others);
}

static void serve(struct connection *c)
{
    short next = echo_ready(&c->echo, c->fd);
    if (next == c->waits_for)
        return;
    struct epoll_event event = {.events = (uint32_t)next, .data.ptr = c};
    if (next && epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event) == 0) {
        c->waits_for = next;
        return;
    }
    close(c->fd); // also removes it from the epoll set
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

int epoll_loop(int listen_fd, uint32_t flags)
{
    static struct epoll_event events[EVENTS_PER_ITERATION];
    struct epoll_event listener = {.events = EPOLLIN | flags};
    set_nonblocking(listen_fd);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &listener) < 0)
        err(1, "epoll");

    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS_PER_ITERATION, -1);
        if (ready < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) {
                serve(events[i].data.ptr);
                continue;
            }
            int connfd;
            while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
                add(connfd);
            if (errno != EAGAIN)
                return 0;
        }
    }
}
