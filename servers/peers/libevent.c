// Libevent: epoll.c on a library's loop; what people use in practice, for scale.
//
// Mathewson, "Fast portable non-blocking network programming with Libevent", R4. One process: the
// library waits and calls back for each ready descriptor, the listener or a connection; accepting
// and the echo core are those of epoll.c. It uses events, not bufferevents, which would bring their
// own echo core. There are no locks (the library's default) and no deferred changes
// (EPOLL_USE_CHANGELIST saves no call here). Costs an indirect call per event, a record per
// descriptor, and a second epoll_ctl per connection.
#include "servers/core/model.h"

#if __has_include(<event2/event.h>)
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READABLE = EV_READ | EV_PERSIST, WRITABLE = EV_WRITE | EV_PERSIST };

struct connection {
    LIST_ENTRY(connection) others;
    struct ready_echo echo;
    short waits_for; // POLLIN or POLLOUT
    struct event event;
};

static struct event_base *base;
static LIST_HEAD(connection_list, connection) connections;

static int watch(struct event *event, int fd, short events, event_callback_fn callback, void *data)
{
    return event_assign(event, base, fd, events, callback, data) < 0 ? -1 : event_add(event, NULL);
}

static void serve(int connfd, short events, void *connection)
{
    struct connection *c = connection;
    (void)events;
    short next = echo_ready(&c->echo, connfd);
    if (next == c->waits_for)
        return;
    event_del(&c->event);
    if (next && watch(&c->event, connfd, next == POLLIN ? READABLE : WRITABLE, serve, c) == 0) {
        c->waits_for = next;
        return;
    }
    close(connfd);
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

static void add(int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c || watch(&c->event, connfd, READABLE, serve, c) < 0) {
        complain(errno, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->waits_for = POLLIN;
    LIST_INSERT_HEAD(&connections, c, others);
}

static void accept_all(int listen_fd, short events, void *nothing)
{
    (void)events, (void)nothing;
    int connfd;
    while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
        add(connfd);
    if (errno != EAGAIN)
        event_base_loopbreak(base);
}

// complain() already reports a client that the library does not watch.
static void ignore_log(int severity, const char *message)
{
    (void)severity, (void)message;
}

static int run(struct server *server)
{
    struct event listener;
    set_nonblocking(server->listen_fd);
    event_set_log_callback(ignore_log);
    base = event_base_new();
    if (!base || watch(&listener, server->listen_fd, READABLE, accept_all, NULL) < 0 ||
        event_base_dispatch(base) < 0)
        err(1, "libevent");
    event_base_free(base);
    return 0;
}

const struct model model = {
    .summary = "one loop of libevent over epoll: accepts and serves whatever is ready",
    .source = "Mathewson, Libevent, R4",
    .family = PEER,
    .capacity = MANY,
    .run = run,
};
#else
static const char *unsupported(void)
{
    return "built without libevent (Debian: libevent-dev)";
}

const struct model model = {.unsupported = unsupported};
#endif
