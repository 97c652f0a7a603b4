// The echo core: its state machine transition by transition, and its readiness and blocking callers
// over a socket pair.
#include "servers/core/echo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- the state machine ----

static const struct echo reading = {0};
static const struct echo writing = {.start = 10, .end = 110};
static const struct echo ended = {.closed = true};
static const struct echo broken = {.closed = true, .error = ECONNRESET};

static void expect(const struct echo *e, enum echo_action action, size_t start, size_t end,
                   int error)
{
    assert_int_equal(echo_next(e), action);
    if (action == ECHO_WRITE) {
        assert_int_equal(e->start, start);
        assert_int_equal(e->end, end);
    }
    assert_int_equal(e->closed, action == ECHO_CLOSE);
    assert_int_equal(e->error, error);
}

static void every_transition(void **unused)
{
    (void)unused;
    static const struct {
        const struct echo *from;
        ssize_t result;
        enum echo_action next;
        size_t start, end;
        int error;
    } rows[] = {
        {&reading, ECHO_BUFFER_BYTES, ECHO_WRITE, 0, ECHO_BUFFER_BYTES, 0},
        {&reading, 1, ECHO_WRITE, 0, 1, 0},
        {&reading, 0, ECHO_CLOSE, 0, 0, 0},
        {&reading, -EINTR, ECHO_READ, 0, 0, 0},
        {&reading, -EAGAIN, ECHO_READ, 0, 0, 0},
        {&reading, -ECONNRESET, ECHO_CLOSE, 0, 0, ECONNRESET},
        {&reading, -EPIPE, ECHO_CLOSE, 0, 0, EPIPE},
        {&writing, 100, ECHO_READ, 0, 0, 0},
        {&writing, 99, ECHO_WRITE, 109, 110, 0},
        {&writing, 1, ECHO_WRITE, 11, 110, 0},
        {&writing, 0, ECHO_WRITE, 10, 110, 0},
        {&writing, -EINTR, ECHO_WRITE, 10, 110, 0},
        {&writing, -EAGAIN, ECHO_WRITE, 10, 110, 0},
        {&writing, -ECONNRESET, ECHO_CLOSE, 0, 0, ECONNRESET},
        {&writing, -EPIPE, ECHO_CLOSE, 0, 0, EPIPE},
        {&ended, 0, ECHO_CLOSE, 0, 0, 0},
        {&ended, -EINTR, ECHO_CLOSE, 0, 0, 0},
        {&ended, -EAGAIN, ECHO_CLOSE, 0, 0, 0},
        {&broken, -EINTR, ECHO_CLOSE, 0, 0, ECONNRESET},
        {&broken, -EAGAIN, ECHO_CLOSE, 0, 0, ECONNRESET},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct echo e = *rows[i].from;
        echo_advance(&e, rows[i].result);
        expect(&e, rows[i].next, rows[i].start, rows[i].end, rows[i].error);
    }
}

static void a_conversation(void **unused)
{
    (void)unused;
    struct echo e = {0};
    expect(&e, ECHO_READ, 0, 0, 0);
    echo_advance(&e, 300);
    expect(&e, ECHO_WRITE, 0, 300, 0);
    echo_advance(&e, 100);
    echo_advance(&e, -EAGAIN);
    expect(&e, ECHO_WRITE, 100, 300, 0);
    echo_advance(&e, -EINTR);
    echo_advance(&e, 200);
    expect(&e, ECHO_READ, 0, 0, 0);
    echo_advance(&e, -EINTR);
    echo_advance(&e, 7);
    expect(&e, ECHO_WRITE, 0, 7, 0); // the start of the buffer again
    echo_advance(&e, 7);
    echo_advance(&e, 0);
    expect(&e, ECHO_CLOSE, 0, 0, 0);
}

// ---- its callers ----

enum { PEER, SERVER };

// Both ends do not block; the server's sends take a few KiB at once at most.
struct pair {
    int fd[2];
    struct ready_echo c;
};

static int make_pair(void **state)
{
    static struct pair pair;
    int small = 4096;
    pair = (struct pair){0};
    *state = &pair;
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.fd) < 0 ||
           setsockopt(pair.fd[SERVER], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) < 0;
}

// Nothing is held at the end of any test.
static int drop_pair(void **state)
{
    struct pair *p = *state;
    close(p->fd[PEER]);
    close(p->fd[SERVER]);
    if (p->c.held)
        print_error("something is still held\n");
    return p->c.held != NULL;
}

static const unsigned char *message(void)
{
    static unsigned char bytes[ECHO_BUFFER_BYTES];
    unsigned short seed[3] = {1, 1, 1};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(nrand48(seed) >> 8);
    return bytes;
}

static void peer_sends(const struct pair *p, size_t bytes)
{
    assert_int_equal(send(p->fd[PEER], message(), bytes, MSG_NOSIGNAL), bytes);
}

// Takes what there is, at most so many bytes; it has to be the message from this position on.
static size_t peer_takes(const struct pair *p, size_t position, size_t most)
{
    unsigned char bytes[ECHO_BUFFER_BYTES];
    size_t taken = 0;
    while (taken < most) {
        ssize_t n = recv(p->fd[PEER], bytes, most - taken, 0);
        if (n <= 0)
            break;
        assert_memory_equal(bytes, message() + position + taken, (size_t)n);
        taken += (size_t)n;
    }
    return taken;
}

static bool peer_sees_nothing(const struct pair *p)
{
    char byte;
    return recv(p->fd[PEER], &byte, 1, 0) < 0 && errno == EAGAIN;
}

// The peer has sent ECHO_BUFFER_BYTES and takes none of them back. Returns how many are held.
static size_t stall(struct pair *p)
{
    peer_sends(p, ECHO_BUFFER_BYTES);
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLOUT);
    assert_non_null(p->c.held);
    size_t held = p->c.echo.end - p->c.echo.start;
    assert_in_range(held, 1, ECHO_BUFFER_BYTES - 1);
    return held;
}

static void ready_echoes_and_holds_nothing(void **state)
{
    struct pair *p = *state;
    static const size_t sizes[] = {1, 2, 1000};
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLIN); // woken for nothing
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        peer_sends(p, sizes[i]);
        assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLIN);
        assert_null(p->c.held);
        assert_int_equal(peer_takes(p, 0, ECHO_BUFFER_BYTES), sizes[i]);
    }
    assert_int_equal(shutdown(p->fd[PEER], SHUT_WR), 0);
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), 0);
    assert_int_equal(p->c.echo.error, 0);
    assert_true(peer_sees_nothing(p));
}

// At most one read and its answer: the others get their turn.
static void ready_reads_once(void **state)
{
    struct pair *p = *state;
    size_t taken = 0;
    int large = 1 << 20;
    assert_int_equal(setsockopt(p->fd[SERVER], SOL_SOCKET, SO_SNDBUF, &large, sizeof large), 0);
    peer_sends(p, ECHO_BUFFER_BYTES);
    peer_sends(p, 10);
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLIN);
    taken = peer_takes(p, 0, ECHO_BUFFER_BYTES);
    assert_int_equal(taken, ECHO_BUFFER_BYTES);
    assert_true(peer_sees_nothing(p));
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLIN);
    assert_int_equal(peer_takes(p, 0, 10), 10);
}

static void ready_holds_the_rest_for_a_stalled_peer(void **state)
{
    struct pair *p = *state;
    size_t held = stall(p), taken = 0;
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLOUT); // nothing was taken meanwhile
    assert_int_equal(p->c.echo.end - p->c.echo.start, held);

    peer_sends(p, 5); // is not read before the rest has gone
    short next = POLLOUT;
    while (next == POLLOUT) {
        size_t n = peer_takes(p, taken, 1000);
        assert_true(n > 0);
        taken += n;
        next = echo_ready(&p->c, p->fd[SERVER]);
        if (next == POLLOUT)
            assert_non_null(p->c.held);
    }
    assert_int_equal(next, POLLIN);
    assert_null(p->c.held);
    taken += peer_takes(p, taken, ECHO_BUFFER_BYTES - taken);
    assert_int_equal(taken, ECHO_BUFFER_BYTES);
    assert_true(peer_sees_nothing(p));
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLIN);
    assert_int_equal(peer_takes(p, 0, 5), 5);
}

static void ready_gives_all_after_the_peers_end(void **state)
{
    struct pair *p = *state;
    size_t taken = 0;
    stall(p);
    assert_int_equal(shutdown(p->fd[PEER], SHUT_WR), 0);
    short next = POLLOUT;
    while (next == POLLOUT) {
        taken += peer_takes(p, taken, ECHO_BUFFER_BYTES - taken);
        next = echo_ready(&p->c, p->fd[SERVER]);
    }
    assert_int_equal(next, POLLIN);
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), 0);
    taken += peer_takes(p, taken, ECHO_BUFFER_BYTES - taken);
    assert_int_equal(taken, ECHO_BUFFER_BYTES);
    assert_int_equal(p->c.echo.error, 0);
}

// Leaving with an answer unread: the write breaks, and what was held is freed.
static void ready_ends_when_a_stalled_peer_leaves(void **state)
{
    struct pair *p = *state;
    stall(p);
    assert_int_equal(close(p->fd[PEER]), 0);
    p->fd[PEER] = -1;
    assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), 0);
    assert_null(p->c.held);
    assert_true(p->c.echo.error == EPIPE || p->c.echo.error == ECONNRESET);
}

static void many_stalled_connections_do_not_mix(void **unused)
{
    (void)unused;
    enum { PAIRS = 8 };
    struct pair pairs[PAIRS], *p;
    void *state;
    size_t position[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        assert_int_equal(make_pair(&state), 0);
        pairs[i] = *(struct pair *)state;
        p = &pairs[i];
        // Each a different part of the message, all through the one scratch buffer.
        position[i] = i * 100;
        size_t bytes = ECHO_BUFFER_BYTES - position[i];
        assert_int_equal(send(p->fd[PEER], message() + position[i], bytes, MSG_NOSIGNAL), bytes);
        assert_int_equal(echo_ready(&p->c, p->fd[SERVER]), POLLOUT);
    }
    for (size_t i = 0; i < PAIRS; i++) {
        p = &pairs[i];
        short next = POLLOUT;
        while (next == POLLOUT) {
            position[i] += peer_takes(p, position[i], ECHO_BUFFER_BYTES - position[i]);
            next = echo_ready(&p->c, p->fd[SERVER]);
        }
        position[i] += peer_takes(p, position[i], ECHO_BUFFER_BYTES - position[i]);
        assert_int_equal(position[i], ECHO_BUFFER_BYTES);
        state = p;
        assert_int_equal(drop_pair(&state), 0);
    }
}

static void blocking_echo_serves_to_the_end(void **state)
{
    struct pair *p = *state;
    int large = 1 << 20;
    assert_int_equal(setsockopt(p->fd[SERVER], SOL_SOCKET, SO_SNDBUF, &large, sizeof large), 0);
    assert_int_equal(fcntl(p->fd[SERVER], F_SETFL, 0), 0);
    peer_sends(p, ECHO_BUFFER_BYTES);
    peer_sends(p, 77);
    assert_int_equal(shutdown(p->fd[PEER], SHUT_WR), 0);
    echo(p->fd[SERVER]);
    assert_int_equal(peer_takes(p, 0, ECHO_BUFFER_BYTES), ECHO_BUFFER_BYTES);
    assert_int_equal(peer_takes(p, 0, ECHO_BUFFER_BYTES), 77);
}

// SIGPIPE would kill the test.
static void blocking_echo_returns_when_the_peer_is_gone(void **state)
{
    struct pair *p = *state;
    assert_int_equal(fcntl(p->fd[SERVER], F_SETFL, 0), 0);
    peer_sends(p, 1000);
    assert_int_equal(close(p->fd[PEER]), 0);
    p->fd[PEER] = -1;
    echo(p->fd[SERVER]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transition),
        cmocka_unit_test(a_conversation),
        cmocka_unit_test_setup_teardown(ready_echoes_and_holds_nothing, make_pair, drop_pair),
        cmocka_unit_test_setup_teardown(ready_reads_once, make_pair, drop_pair),
        cmocka_unit_test_setup_teardown(ready_holds_the_rest_for_a_stalled_peer, make_pair,
                                        drop_pair),
        cmocka_unit_test_setup_teardown(ready_gives_all_after_the_peers_end, make_pair, drop_pair),
        cmocka_unit_test_setup_teardown(ready_ends_when_a_stalled_peer_leaves, make_pair,
                                        drop_pair),
        cmocka_unit_test(many_stalled_connections_do_not_mix),
        cmocka_unit_test_setup_teardown(blocking_echo_serves_to_the_end, make_pair, drop_pair),
        cmocka_unit_test_setup_teardown(blocking_echo_returns_when_the_peer_is_gone, make_pair,
                                        drop_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
