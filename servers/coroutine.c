// Coroutine: one process, one loop, and a stack for each connection. A connection's code is
// sequential, as for a thread, and yields to the loop where a thread would block.
//
// makecontext(3); the loop is that of core/epoll_loop.c: it accepts and resumes ready connections.
// The state of a connection is in local variables, and nothing needs a lock, because code yields
// only in wait_until(). Costs two stack switches per wait, and for each connection the touched page
// of its stack (core/coroutine.h).
#include "servers/core/coroutine.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_ITERATION = 512 };

struct connection { // on its coroutine's stack
    LIST_ENTRY(connection) others;
    struct coroutine *coroutine;
    int fd;
    short waits_for; // POLLIN or POLLOUT; EPOLLIN and EPOLLOUT are the same bits
};

static int epoll_fd;
static LIST_HEAD(connection_list, connection) connections;
static bool stopping;

// Yields to the loop until the connection is ready. False if that can no longer happen.
static bool wait_until(struct connection *c, short ready)
{
    struct epoll_event event = {.events = (uint32_t)ready, .data.ptr = c};
    int operation = c->waits_for ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (ready != c->waits_for && epoll_ctl(epoll_fd, operation, c->fd, &event) < 0) {
        complain(errno, "connection dropped");
        return false;
    }
    c->waits_for = ready;
    coroutine_yield();
    return !stopping;
}

static void serve(void *argument)
{
    struct connection c = {.coroutine = coroutine_self(), .fd = (int)(intptr_t)argument};
    struct ready_echo echo = {0};
    LIST_INSERT_HEAD(&connections, &c, others);
    short next = POLLIN;
    while (next && wait_until(&c, next))
        next = echo_ready(&echo, c.fd);
    free(echo.held);
    close(c.fd); // also removes it from the epoll set
    LIST_REMOVE(&c, others);
}

static void add(int connfd)
{
    if (coroutine_start(serve, (void *)(intptr_t)connfd))
        return;
    complain(errno, "connection dropped");
    close(connfd);
}

// Resumes every connection so that its code returns and frees what only its stack knows.
static int stop(void)
{
    stopping = true;
    while (!LIST_EMPTY(&connections))
        coroutine_resume(LIST_FIRST(&connections)->coroutine);
    return 0;
}

static int run(struct server *server)
{
    static struct epoll_event events[EVENTS_PER_ITERATION];
    struct epoll_event listener = {.events = EPOLLIN};
    set_nonblocking(server->listen_fd);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &listener) < 0)
        err(1, "epoll");

    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS_PER_ITERATION, -1);
        if (ready < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr) {
                const struct connection *c = events[i].data.ptr;
                coroutine_resume(c->coroutine);
                continue;
            }
            int connfd;
            while ((connfd = accept_connection(server->listen_fd, SOCK_NONBLOCK)) >= 0)
                add(connfd);
            if (errno != EAGAIN)
                return stop();
        }
    }
}

const struct model model = {
    .summary = "one loop over epoll; a coroutine per connection, which yields where it would block",
    .source = "makecontext(3); setjmp(3)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
