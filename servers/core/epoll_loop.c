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

struct loop {
    int epoll_fd;
    LIST_HEAD(connection_list, connection)
    connections; // without the list, only the kernel would know the idle connections
    struct epoll_event events[EVENTS_PER_ITERATION];
    unsigned char scratch[ECHO_BUFFER_BYTES];
};

static void add(struct loop *loop, int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (!c || epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, connfd, &event) < 0) {
        complain(errno, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->fd = connfd;
    c->waits_for = POLLIN;
    LIST_INSERT_HEAD(&loop->connections, c, others);
}

static void end(struct connection *c)
{
    close(c->fd); // also removes it from the epoll set
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

static void serve(struct loop *loop, struct connection *c)
{
    short next = echo_ready_with(&c->echo, c->fd, loop->scratch);
    if (next == c->waits_for)
        return;
    struct epoll_event event = {.events = (uint32_t)next, .data.ptr = c};
    if (next && epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, c->fd, &event) == 0)
        c->waits_for = next;
    else
        end(c);
}

// In a server of threads, this one may end before the others.
static int stop(struct loop *loop)
{
    while (!LIST_EMPTY(&loop->connections))
        end(LIST_FIRST(&loop->connections));
    close(loop->epoll_fd);
    return 0;
}

int epoll_loop_taking(int source_fd, uint32_t flags, int (*take)(int source_fd))
{
    struct loop loop;
    struct epoll_event source = {.events = EPOLLIN | flags};
    set_nonblocking(source_fd);
    LIST_INIT(&loop.connections);
    loop.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop.epoll_fd < 0 || epoll_ctl(loop.epoll_fd, EPOLL_CTL_ADD, source_fd, &source) < 0)
        err(1, "epoll");

    for (;;) {
        int ready = epoll_wait(loop.epoll_fd, loop.events, EVENTS_PER_ITERATION, -1);
        if (ready < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (loop.events[i].data.ptr) {
                serve(&loop, loop.events[i].data.ptr);
                continue;
            }
            int connfd;
            while ((connfd = take(source_fd)) >= 0)
                add(&loop, connfd);
            if (errno != EAGAIN)
                return stop(&loop);
        }
    }
}

static int accept_one(int listen_fd)
{
    return accept_connection(listen_fd, SOCK_NONBLOCK);
}

int epoll_loop(int listen_fd, uint32_t flags)
{
    return epoll_loop_taking(listen_fd, flags, accept_one);
}
