// Libuv: epoll.c on a library's loop; what people use in practice, for scale.
//
// docs.libuv.org, uv_poll_t. One process: the library waits and calls back for each ready
// descriptor, the listener or a connection; accepting and the echo core are those of epoll.c. Its
// own streams (uv_tcp_t) were tried as well: a few percent cheaper per connection, more expensive
// per echo. Costs an indirect call per event, a record per descriptor, and five epoll_ctl per
// connection (it tests each descriptor before watching it). It ends the process if epoll refuses a
// descriptor later.
#include "servers/core/model.h"

#if __has_include(<uv.h>)
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

struct connection {
    LIST_ENTRY(connection) others;
    struct ready_echo echo;
    int fd;
    short waits_for; // POLLIN or POLLOUT
    uv_poll_t watcher;
};

static LIST_HEAD(connection_list, connection) connections;

static void forget(uv_handle_t *watcher)
{
    struct connection *c = watcher->data;
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

static void serve(uv_poll_t *watcher, int status, int events)
{
    struct connection *c = watcher->data;
    (void)events;
    short next = echo_ready(&c->echo, c->fd);
    if (next == c->waits_for && status == 0) // another status: it is no longer watched
        return;
    c->waits_for = next;
    if (next && uv_poll_start(watcher, next == POLLIN ? UV_READABLE : UV_WRITABLE, serve) == 0)
        return;
    uv_close((uv_handle_t *)watcher, forget); // at the end of this iteration
    close(c->fd);
}

static void add(uv_loop_t *loop, int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    int problem = c ? uv_poll_init(loop, &c->watcher, connfd) : UV_ENOMEM;
    if (problem < 0) {
        complain(-problem, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->fd = connfd;
    c->waits_for = POLLIN;
    c->watcher.data = c;
    uv_poll_start(&c->watcher, UV_READABLE, serve);
    LIST_INSERT_HEAD(&connections, c, others);
}

static void accept_all(uv_poll_t *watcher, int status, int events)
{
    const struct server *server = watcher->data;
    (void)status, (void)events;
    int connfd;
    while ((connfd = accept_connection(server->listen_fd, SOCK_NONBLOCK)) >= 0)
        add(watcher->loop, connfd);
    if (errno != EAGAIN)
        uv_stop(watcher->loop);
}

static int run(struct server *server)
{
    static uv_poll_t listener; // static because the library's loop, also static, keeps it
    set_nonblocking(server->listen_fd);
    uv_loop_t *loop = uv_default_loop();
    if (!loop || uv_poll_init(loop, &listener, server->listen_fd) < 0)
        errx(1, "libuv cannot watch the listener");
    listener.data = server;
    uv_poll_start(&listener, UV_READABLE, accept_all);
    uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}

const struct model model = {
    .summary = "one loop of libuv over epoll: accepts and serves whatever is ready",
    .source = "docs.libuv.org, uv_poll_t",
    .family = PEER,
    .capacity = MANY,
    .run = run,
};
#else
static const char *unsupported(void)
{
    return "built without libuv (Debian: libuv1-dev)";
}

const struct model model = {.unsupported = unsupported};
#endif
