#include "servers/core/listener.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// Converts a numeric address and port to a socket address (IPv4 or IPv6); exits with status 2 if it
// is neither. It avoids the resolver, which would make a statically linked server several times
// larger and its forks more expensive.
static struct sockaddr_storage numeric(const char *address, unsigned port, socklen_t *length)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons((uint16_t)port);
        *length = sizeof *in;
    } else if (inet_pton(AF_INET6, address, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        *length = sizeof *in6;
    } else {
        errx(2, "not a numeric address: '%s'", address);
    }
    return storage;
}

static int stream_socket(int family)
{
    int on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        err(1, "socket");
    return fd;
}

static int share_port(int fd)
{
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

int listen_on(const char *address, unsigned port, bool reuseport)
{
    socklen_t length;
    struct sockaddr_storage bound = numeric(address, port, &length);
    int fd = stream_socket(bound.ss_family);
    // Shared only after bind: a port of another server, shared or not, is refused.
    if (bind(fd, (struct sockaddr *)&bound, length) < 0 || (reuseport && share_port(fd) < 0) ||
        listen(fd, SOMAXCONN) < 0)
        err(1, "cannot listen on %s port %u", address, port);
    return fd;
}

int *open_listeners(int listen_fd, unsigned count)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    int *listeners = calloc(count, sizeof *listeners);
    if (!listeners || getsockname(listen_fd, (struct sockaddr *)&bound, &length) < 0)
        err(1, "%u listeners", count);
    listeners[0] = listen_fd;
    for (unsigned i = 1; i < count; i++) {
        listeners[i] = stream_socket(bound.ss_family);
        if (share_port(listeners[i]) < 0 ||
            bind(listeners[i], (struct sockaddr *)&bound, length) < 0 ||
            listen(listeners[i], SOMAXCONN) < 0)
            err(1, "listener %u of %u", i + 1, count);
    }
    return listeners;
}

void close_listeners(int *listeners, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        shutdown(listeners[i], SHUT_RD);
    free(listeners);
}

void complain(int error, const char *what)
{
    static atomic_llong silent_until_s;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long until_s = atomic_load(&silent_until_s);
    if (now.tv_sec < until_s ||
        !atomic_compare_exchange_strong(&silent_until_s, &until_s, now.tv_sec + 1))
        return;
    errno = error;
    // In one write, because other workers may print at the same time (warn() needs three writes).
    dprintf(STDERR_FILENO, error ? "%s: %s: %m\n" : "%s: %s\n", program_invocation_short_name,
            what);
}

bool accept_again(int error)
{
    static const struct timespec pause = {.tv_nsec = 10000000};
    switch (error) {
    case EINVAL: // shut down
    case EBADF:
        return false;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        complain(error, "clients wait to be accepted");
        nanosleep(&pause, NULL);
        return true;
    default: // EINTR, ECONNABORTED, EPROTO and other errors of the one incoming connection
        return true;
    }
}

int accept_connection(int listen_fd, int flags)
{
    for (;;) {
        int connfd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | flags);
        if (connfd >= 0 || errno == EAGAIN || !accept_again(errno))
            return connfd;
        if (flags & SOCK_NONBLOCK) { // the caller has other connections to serve meanwhile
            errno = EAGAIN;
            return -1;
        }
        if (!is_listening(listen_fd)) { // accept allocates a descriptor first and would never see
                                        // the shutdown
            errno = EINVAL;
            return -1;
        }
    }
}

bool is_listening(int listen_fd)
{
    int listening = 0;
    socklen_t length = sizeof listening;
    return getsockopt(listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

bool wait_while_listening(int listen_fd, int timeout_ms)
{
    struct pollfd shut_down = {
        .fd = listen_fd}; // POLLHUP is always reported; without POLLIN, connections do not wake it
    poll(&shut_down, 1, timeout_ms);
    return is_listening(listen_fd);
}

void set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        err(1, "cannot make descriptor %d non-blocking", fd);
}
