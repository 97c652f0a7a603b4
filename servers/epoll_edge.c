// Epoll, edge-triggered: one process, one loop; the kernel reports a descriptor when its state
// changes, not as long as it is ready.
//
// epoll(7), edge-triggered; TLPI section 63.4.6. A connection is registered once for all events,
// which saves two epoll_ctl each time a peer does not accept its bytes at once. Costs bookkeeping:
// an edge comes only once, so a connection stays in the ready list until it is drained. Each gets
// one read per iteration, and the loop does not sleep meanwhile, so that a busy connection does not
// starve the others. The listener is level-triggered: if descriptors run out, waiting clients must
// be reported again.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_ITERATION = 512, ENDED = EPOLLRDHUP | EPOLLHUP | EPOLLERR };

struct connection {
    LIST_ENTRY(connection) others; // in the list below that it belongs to
    struct ready_echo echo;
    int fd;
    bool ended; // no further edge will come, however much is left to read
};

LIST_HEAD(connection_list, connection);
static struct connection_list ready, waiting; // to be served in this iteration; waiting for an edge
static int epoll_fd;

static void add(int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    if (!c || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connfd, &event) < 0) {
        complain(errno, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->fd = connfd;
    LIST_INSERT_HEAD(&waiting, c, others);
}

static void serve(struct connection *c)
{
    short next = echo_ready(&c->echo, c->fd);
    if (next == POLLIN && (c->ended || c->echo.found == FOUND_MORE))
        return; // stays ready
    LIST_REMOVE(c, others);
    if (next) {
        LIST_INSERT_HEAD(&waiting, c, others);
        return;
    }
    close(c->fd); // also removes it from the epoll set
    free(c);
}

static int run(struct server *server)
{
    static struct epoll_event events[EVENTS_PER_ITERATION];
    int listen_fd = server->listen_fd;
    struct epoll_event listener = {.events = EPOLLIN};
    set_nonblocking(listen_fd);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &listener) < 0)
        err(1, "epoll");

    for (;;) {
        int edges = epoll_wait(epoll_fd, events, EVENTS_PER_ITERATION, LIST_EMPTY(&ready) ? -1 : 0);
        if (edges < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < edges; i++) {
            struct connection *c = events[i].data.ptr;
            if (c) {
                LIST_REMOVE(c, others);
                LIST_INSERT_HEAD(&ready, c, others);
                c->ended = c->ended || events[i].events & ENDED;
                continue;
            }
            int connfd;
            while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
                add(connfd);
            if (errno != EAGAIN)
                return 0;
        }
        for (struct connection *c = LIST_FIRST(&ready), *next; c; c = next) {
            next = LIST_NEXT(c, others);
            serve(c);
        }
    }
}

const struct model model = {
    .summary = "one loop over epoll, edge-triggered: a connection is registered once and served "
               "until it is drained",
    .source = "epoll(7); TLPI 63.4.6",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
