// Poll: one process, one loop; before each iteration it passes the kernel its list of descriptors
// and gets it back marked.
//
// UNP volume 1, section 6.11 (tcpservpoll01.c). Like select without its descriptor limit and
// without walking unused descriptors. Still costs a scan per iteration: the kernel and the loop
// walk the whole list, ready or not.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct pollfd *polled;          // the listener, then one entry per connection, without gaps
static struct ready_echo *connections; // in the same order
static nfds_t count, capacity;

static bool grow(void)
{
    nfds_t larger = capacity ? capacity * 2 : 64;
    void *more = realloc(polled, larger * sizeof *polled);
    if (!more)
        return false;
    polled = more;
    more = realloc(connections, larger * sizeof *connections);
    if (!more)
        return false;
    connections = more;
    capacity = larger;
    return true;
}

static void add(int fd)
{
    if (count == capacity && !grow()) {
        complain(errno, "connection dropped");
        close(fd);
        return;
    }
    polled[count] = (struct pollfd){.fd = fd, .events = POLLIN};
    connections[count++] = (struct ready_echo){0};
}

// Serves the connection at i; when it is done, the last one takes its place.
static void serve(nfds_t i)
{
    polled[i].events = echo_ready(&connections[i], polled[i].fd);
    if (polled[i].events)
        return;
    close(polled[i].fd);
    count--;
    polled[i] = polled[count];
    connections[i] = connections[count];
}

static int run(struct server *server)
{
    int listen_fd = server->listen_fd;
    set_nonblocking(listen_fd);
    add(listen_fd);

    for (;;) {
        int ready = poll(polled, count, -1);
        if (ready < 0 && errno != EINTR)
            err(1, "poll");
        for (nfds_t i = count;
             ready > 0 &&
             i-- > 1;) { // backwards: a connection that moves into a gap was already served
            if (polled[i].revents) {
                ready--;
                serve(i);
            }
        }
        if (ready > 0) {
            int connfd;
            while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
                add(connfd);
            if (errno != EAGAIN)
                return 0;
        }
    }
}

const struct model model = {
    .summary = "one loop over poll: accepts and serves whatever is ready",
    .source = "UNP vol. 1, 6.11",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
