#include "servers/core/echo.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum echo_action echo_next(const struct echo *e)
{
    if (e->closed)
        return ECHO_CLOSE;
    return e->start < e->end ? ECHO_WRITE : ECHO_READ;
}

void echo_advance(struct echo *e, ssize_t result)
{
    if (result == -EINTR || result == -EAGAIN)
        return;
    enum echo_action done = echo_next(e);
    if (result < 0 || (done == ECHO_READ && result == 0)) {
        e->error = (int)-result;
        e->closed = true;
    } else if (done == ECHO_READ) {
        e->start = 0;
        e->end = (size_t)result;
    } else {
        e->start += (size_t)result;
    }
}

// One transfer: does the action of echo_next() on the socket and reports the result to the core.
// Returns false if the socket is not ready.
static bool transfer(struct echo *e, int connfd, unsigned char *buffer)
{
    bool reads = echo_next(e) == ECHO_READ;
    ssize_t n;
    do
        n = reads ? recv(connfd, buffer, ECHO_BUFFER_BYTES, 0)
                  : send(connfd, buffer + e->start, e->end - e->start, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    else if (reads)
        requests_received(&e->request, buffer, (size_t)n);
    echo_advance(e, n);
    return n != -EAGAIN;
}

void echo(int connfd)
{
    unsigned char buffer[ECHO_BUFFER_BYTES];
    struct echo e = {0};
    while (echo_next(&e) != ECHO_CLOSE)
        transfer(&e, connfd, buffer);
}

// Keeps the bytes that the peer did not accept yet.
static void hold(struct ready_echo *c, const unsigned char *buffer)
{
    size_t left = c->echo.end - c->echo.start;
    c->held = malloc(left);
    if (!c->held) {
        echo_advance(&c->echo, -ENOMEM);
        return;
    }
    memcpy(c->held, buffer + c->echo.start, left);
    c->echo.start = 0;
    c->echo.end = left;
}

short echo_ready_with(struct ready_echo *c, int connfd, unsigned char *scratch)
{
    unsigned char *buffer = c->held ? c->held : scratch;

    bool ready = true;
    c->found = FOUND_MORE;
    if (echo_next(&c->echo) == ECHO_READ) {
        ready = transfer(&c->echo, connfd, buffer);
        c->found = !ready                            ? FOUND_NOTHING
                   : c->echo.end < ECHO_BUFFER_BYTES ? FOUND_LESS
                                                     : FOUND_MORE;
    }
    while (ready && echo_next(&c->echo) == ECHO_WRITE)
        ready = transfer(&c->echo, connfd, buffer);

    if (echo_next(&c->echo) == ECHO_WRITE) {
        if (!c->held)
            hold(c, buffer);
    } else {
        free(c->held);
        c->held = NULL;
    }
    enum echo_action next = echo_next(&c->echo);
    return next == ECHO_READ ? POLLIN : next == ECHO_WRITE ? POLLOUT : 0;
}

short echo_ready(struct ready_echo *c, int connfd)
{
    static unsigned char scratch[ECHO_BUFFER_BYTES]; // not thread-local, so that threads of other
                                                     // servers do not have to touch it
    return echo_ready_with(c, connfd, scratch);
}
