#include "tests/core/client.h"
#include "tests/core/failure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINE_BYTES = 64,
    PERIOD_BYTES = 16411 * LINE_BYTES, // the stream repeats, after a prime number of lines
    TRANSFER_BYTES = CLIENT_STREAM_BYTES
};

int client_limit_ms = 10000;
bool client_expects_end = true;
bool client_sends_lines = false;

static unsigned char line_byte(size_t position, long random)
{
    const unsigned char first = '!', printable = '~' - '!' + 1;
    if (position % LINE_BYTES == LINE_BYTES - 1)
        return '\n';
    return (unsigned char)(first + random % printable);
}

const unsigned char *client_stream(size_t position)
{
    static unsigned char bytes[PERIOD_BYTES + TRANSFER_BYTES];
    static bool made;
    if (!made) {
        unsigned short seed[3] = {1, 2, 3};
        for (size_t i = 0; i < PERIOD_BYTES; i++) {
            long random = nrand48(seed) >> 12;
            bytes[i] = client_sends_lines ? line_byte(i, random) : (unsigned char)random;
        }
        memcpy(bytes + PERIOD_BYTES, bytes, TRANSFER_BYTES);
        made = true;
    }
    return bytes + position % PERIOD_BYTES;
}

// The end of a message up to this position; where lines are sent, of its last line.
static size_t message_end(size_t position)
{
    size_t lines = (position + LINE_BYTES - 1) / LINE_BYTES;
    return client_sends_lines ? lines * LINE_BYTES : position;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int connect_to(int fd, unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(fd, (struct sockaddr *)&to, sizeof to);
}

struct client client_begin(unsigned port)
{
    struct client c = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (c.fd < 0)
        fail_because("socket: %s", strerror(errno));
    if (connect_to(c.fd, port) < 0 && errno != EINPROGRESS)
        fail_because("connect: %s", strerror(errno));
    return c;
}

struct client client_connect_buffered(unsigned port, unsigned number, int buffer_bytes)
{
    struct client c = {.start = number * (size_t)7919 * LINE_BYTES};
    struct timeval limit = {.tv_sec = client_limit_ms / 1000};
    int on = 1;
    c.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c.fd < 0)
        fail_because("socket: %s", strerror(errno));
    if (setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        setsockopt(c.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
        fail_because("setsockopt: %s", strerror(errno));
    if (buffer_bytes &&
        (setsockopt(c.fd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes) < 0 ||
         setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes) < 0))
        fail_because("setsockopt: %s", strerror(errno));
    if (connect_to(c.fd, port) == 0)
        return c;
    if (errno == EINPROGRESS || errno == EAGAIN)
        fail_because("cannot connect for %d s: too many wait to be accepted",
                     client_limit_ms / 1000);
    fail_because("connect: %s", strerror(errno));
}

struct client client_connect(unsigned port, unsigned number)
{
    return client_connect_buffered(port, number, 0);
}

// Both transfer what they can now, at most so many bytes. Return whether it was anything.
static bool send_some(struct client *c, size_t bytes)
{
    ssize_t n = send(c->fd, client_stream(c->start + c->sent), least(bytes, TRANSFER_BYTES),
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        fail_because("send after %zu bytes: %s", c->sent, strerror(errno));
    c->sent += n > 0 ? (size_t)n : 0;
    return n > 0;
}

static bool receive_some(struct client *c, size_t bytes)
{
    unsigned char buffer[TRANSFER_BYTES];
    ssize_t n = recv(c->fd, buffer, least(bytes, sizeof buffer), MSG_DONTWAIT);
    if (n == 0)
        fail_because("the server closed after %zu of %zu bytes", c->received, c->sent);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        fail_because("recv after %zu bytes: %s", c->received, strerror(errno));
    if (n > 0 && memcmp(buffer, client_stream(c->start + c->received), (size_t)n) != 0)
        fail_because("wrong bytes among %zd, after %zu right ones", n, c->received);
    c->received += n > 0 ? (size_t)n : 0;
    return n > 0;
}

static bool ready(const struct client *c, short events, int limit_ms)
{
    struct pollfd p = {.fd = c->fd, .events = events};
    int n;
    do
        n = poll(&p, 1, limit_ms);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

static void wait_for(const struct client *c, short events)
{
    if (!ready(c, events, client_limit_ms))
        fail_because("stuck for %d s after %zu bytes sent and %zu received", client_limit_ms / 1000,
                     c->sent, c->received);
}

void client_send(struct client *c, size_t bytes)
{
    size_t end = message_end(c->sent + bytes);
    while (c->sent < end)
        if (!send_some(c, end - c->sent))
            wait_for(c, POLLOUT);
}

void client_push(struct client *c, size_t bytes, int patience_ms)
{
    size_t end = message_end(bytes);
    while (c->sent < end)
        if (!send_some(c, end - c->sent) && !ready(c, POLLOUT, patience_ms))
            return;
}

void client_expect(struct client *c, size_t bytes)
{
    size_t end = message_end(c->received + bytes);
    while (c->received < end)
        if (!receive_some(c, end - c->received))
            wait_for(c, POLLIN);
}

void client_exchange(struct client *c, size_t bytes, unsigned short seed[3])
{
    size_t end = message_end(c->sent + bytes);
    while (c->received < end) {
        size_t most = seed ? 1 + (size_t)nrand48(seed) % 20000 : TRANSFER_BYTES;
        bool sent = c->sent < end && send_some(c, least(most, end - c->sent));
        most = seed ? 1 + (size_t)nrand48(seed) % 20000 : TRANSFER_BYTES;
        bool received =
            c->received < c->sent && receive_some(c, least(most, c->sent - c->received));
        if (!sent && !received)
            wait_for(c, c->sent < end ? POLLIN | POLLOUT : POLLIN);
    }
}

bool client_has_news(const struct client *c, int limit_ms)
{
    return ready(c, POLLIN, limit_ms);
}

void client_end_sending(const struct client *c)
{
    if (shutdown(c->fd, SHUT_WR) < 0)
        fail_because("shutdown: %s", strerror(errno));
}

void client_finish(struct client *c)
{
    client_end_sending(c);
    client_expect(c, c->sent - c->received);
    if (client_expects_end)
        client_expect_end(c);
    else
        client_close(c);
}

void client_say(const struct client *c, const char *text, size_t piece)
{
    char back[64];
    for (size_t at = 0, bytes = strlen(text); at < bytes; at += piece) {
        size_t n = least(bytes - at, piece);
        require(send(c->fd, text + at, n, MSG_NOSIGNAL) == (ssize_t)n);
        require(recv(c->fd, back, n, MSG_WAITALL) == (ssize_t)n);
        require(memcmp(back, text + at, n) == 0);
    }
}

void client_expect_end(struct client *c)
{
    char byte;
    if (!ready(c, POLLIN, client_limit_ms))
        fail_because("the connection is not ended for %d s after %zu bytes sent and received",
                     client_limit_ms / 1000, c->received);
    ssize_t n = recv(c->fd, &byte, 1, MSG_DONTWAIT);
    if (n > 0)
        fail_because("a byte more than the %zu that were sent", c->sent);
    if (n < 0)
        fail_because("a broken connection instead of its end: %s", strerror(errno));
    client_close(c);
}

size_t client_missing_at_end(struct client *c)
{
    if (client_is_answered(c))
        client_expect_end(c);
    else
        client_close(c);
    return c->sent - c->received;
}

void client_close(struct client *c)
{
    close(c->fd);
    c->fd = -1;
}

void client_reset(struct client *c)
{
    struct linger at_once = {.l_onoff = 1};
    if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0)
        fail_because("setsockopt: %s", strerror(errno));
    client_close(c);
}

void expect_service(unsigned port)
{
    struct client c = client_connect(port, 12345);
    client_exchange(&c, 100, NULL);
    client_finish(&c);
}

void serve_in_turn(unsigned port, unsigned clients)
{
    for (unsigned i = 0; i < clients; i++) {
        struct client c = client_connect(port, i);
        client_exchange(&c, 64, NULL);
        client_close(&c);
    }
}

bool client_is_answered(struct client *c)
{
    unsigned char buffer[TRANSFER_BYTES];
    while (c->received < c->sent) {
        wait_for(c, POLLIN);
        ssize_t n = recv(c->fd, buffer, least(c->sent - c->received, sizeof buffer), 0);
        if (n <= 0)
            return false;
        if (memcmp(buffer, client_stream(c->start + c->received), (size_t)n) != 0)
            fail_because("wrong bytes among %zd, after %zu right ones", n, c->received);
        c->received += (size_t)n;
    }
    return true;
}

bool client_is_pushed(struct client *c, size_t bytes, int patience_ms)
{
    size_t end = message_end(bytes);
    while (c->sent < end) {
        ssize_t n = send(c->fd, client_stream(c->start + c->sent),
                         least(end - c->sent, TRANSFER_BYTES), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        c->sent += n > 0 ? (size_t)n : 0;
        if (n < 0 && !ready(c, POLLOUT, patience_ms))
            return true;
    }
    return true;
}

bool is_served(unsigned port, size_t bytes)
{
    struct client c = client_connect(port, 54321);
    bool served = client_is_pushed(&c, bytes, client_limit_ms) && client_is_answered(&c);
    client_close(&c);
    return served;
}
