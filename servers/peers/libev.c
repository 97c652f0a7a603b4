// Libev: epoll.c on a library's loop; what people use in practice, for scale.
//
// ev(3), ev_io. One process: the library waits and calls back for each ready descriptor, the
// listener or a connection; accepting and the echo core are those of epoll.c. It is an epoll loop
// of its own, not the default loop, which also handles SIGCHLD and obeys the environment. Costs an
// indirect call per event and a record per descriptor. The system calls are those of epoll.c: the
// library updates epoll only before it waits, and never for a closed descriptor.
#include "servers/core/model.h"

#if __has_include(<ev.h>)
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <ev.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
    LIST_ENTRY(connection) others;
    struct ready_echo echo;
    short waits_for; // POLLIN or POLLOUT
    ev_io watcher;
};

static LIST_HEAD(connection_list, connection) connections;

static void serve(struct ev_loop *loop, ev_io *watcher, int revents)
{
    struct connection *c = watcher->data;
    short next = revents & EV_ERROR ? 0 : echo_ready(&c->echo, watcher->fd);
    if (next == c->waits_for)
        return;
    ev_io_stop(loop, watcher);
    if (next) {
        ev_io_set(watcher, watcher->fd, next == POLLIN ? EV_READ : EV_WRITE);
        ev_io_start(loop, watcher);
        c->waits_for = next;
        return;
    }
    close(watcher->fd);
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

static void add(struct ev_loop *loop, int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        complain(errno, "connection dropped");
        close(connfd);
        return;
    }
    c->waits_for = POLLIN;
    c->watcher.data = c;
    ev_io_init(&c->watcher, serve, connfd, EV_READ);
    ev_io_start(loop, &c->watcher);
    LIST_INSERT_HEAD(&connections, c, others);
}

static void accept_all(struct ev_loop *loop, ev_io *watcher, int revents)
{
    (void)revents;
    int connfd;
    while ((connfd = accept_connection(watcher->fd, SOCK_NONBLOCK)) >= 0)
        add(loop, connfd);
    if (errno != EAGAIN)
        ev_break(loop, EVBREAK_ALL);
}

static int run(struct server *server)
{
    ev_io listener;
    set_nonblocking(server->listen_fd);
    struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (!loop)
        errx(1, "libev cannot create an epoll loop");
    ev_io_init(&listener, accept_all, server->listen_fd, EV_READ);
    ev_io_start(loop, &listener);
    ev_run(loop, 0);
    ev_loop_destroy(loop);
    return 0;
}

const struct model model = {
    .summary = "one loop of libev over epoll: accepts and serves whatever is ready",
    .source = "ev(3), ev_io",
    .family = PEER,
    .capacity = MANY,
    .run = run,
};
#else
static const char *unsupported(void)
{
    return "built without libev (Debian: libev-dev)";
}

const struct model model = {.unsupported = unsupported};
#endif
