#include "tests/core/client.h"
#include "tests/core/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

void second_client(struct cell *cell)
{
    struct client first = client_connect(cell->server.port, 1);
    client_exchange(&first, 1, NULL);
    expect_service(cell->server.port);
    client_finish(&first);
}

// The exception to second_client: it waits, and its turn comes.
void second_client_waits(struct cell *cell)
{
    enum { NO_ANSWER_MS = 100 };
    struct client first = client_connect(cell->server.port, 1);
    struct client second = client_connect(cell->server.port, 2);
    client_exchange(&first, 1, NULL);
    client_send(&second, 1);
    assert_false(client_has_news(&second, NO_ANSWER_MS));
    client_exchange(&first, 1, NULL);
    client_finish(&first);
    client_exchange(&second, 1, NULL);
    client_finish(&second);
}

void reset_at_any_moment(struct cell *cell)
{
    struct census before = baseline(cell);
    for (unsigned round = 0; round < 10; round++) {
        struct client first = client_connect(cell->server.port, round);
        struct client second = client_connect(cell->server.port, round + 100);
        client_reset(&second); // where one client is served at a time: not yet accepted
        client_reset(&first);
        expect_service(cell->server.port);

        first = client_connect(cell->server.port, round);
        client_send(&first, 1);
        client_reset(&first);
        expect_service(cell->server.port);

        first = client_connect(cell->server.port, round);
        client_send(&first, 100000);
        client_expect(&first, 1000);
        client_reset(&first);
        expect_service(cell->server.port);

        first = client_connect_buffered(cell->server.port, round, 16384);
        client_push(&first, 8 << 20, 5); // until the server is stuck in a write
        client_reset(&first);
        expect_service(cell->server.port);
    }
    expect_census(&cell->server, &before);
}

// What a client leaves behind that is killed: FIN, then RST for what still comes back.
void gone_mid_message(struct cell *cell)
{
    struct census before = baseline(cell);
    for (unsigned round = 0; round < 20; round++) {
        struct client gone = client_connect(cell->server.port, round);
        client_send(&gone, 1 + round * (size_t)5000);
        if (round % 2)
            client_expect(&gone, 1);
        client_close(&gone);
        expect_service(cell->server.port);
    }
    expect_census(&cell->server, &before);
}

static bool any_has_news(const struct client *clients, nfds_t n)
{
    struct pollfd polled[n];
    for (nfds_t i = 0; i < n; i++) // those that are closed are negative and ignored
        polled[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    return poll(polled, n, CLIENT_LIMIT_MS) > 0;
}

void many_at_once(struct cell *cell)
{
    enum { CLIENTS = 200 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = client_connect(cell->server.port, i);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_send(&clients[i], 1000);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_expect(&clients[i], 1000);
    for (unsigned i = CLIENTS; i-- > 0;)
        client_exchange(&clients[i], 30000, NULL);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_finish(&clients[i]);
    expect_census(&cell->server, &before);
}

// Where one is served after the other, too: they all come at once and have their turn.
void many_in_turn(struct cell *cell)
{
    enum { CLIENTS = 100 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_send(&clients[i], 1000);
    }
    for (unsigned left = CLIENTS; left > 0;) {
        unsigned finished = 0;
        for (unsigned i = 0; i < CLIENTS; i++) {
            if (clients[i].fd < 0 || !client_has_news(&clients[i], 0))
                continue;
            client_finish(&clients[i]);
            finished++;
        }
        if (finished == 0 && !any_has_news(clients, CLIENTS))
            fail_msg("%u of %d clients never have their turn", left, CLIENTS);
        left -= finished;
    }
    expect_census(&cell->server, &before);
}

void one_after_another(struct cell *cell)
{
    enum { CLIENTS = 2000 };
    struct census before = baseline(cell);
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client c = client_connect(cell->server.port, i);
        client_exchange(&c, 64, NULL);
        client_close(&c);
    }
    expect_census(&cell->server, &before);
}

static bool is_stopped(const void *pid)
{
    return process_is(*(const pid_t *)pid, 'T');
}

// True also if the server has no children to die.
static bool children_are_dead(const void *pid)
{
    pid_t children[1000];
    size_t n = children_of(*(const pid_t *)pid, children, 1000);
    for (size_t i = 0; i < n && i < 1000; i++)
        if (!process_is(children[i], 'Z'))
            return false;
    return true;
}

// The server is stopped until all who served the clients have died, so that a server with a process
// per connection finds a hundred dead children and a single signal.
void all_gone_at_once(struct cell *cell)
{
    enum { CLIENTS = 100 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_exchange(&clients[i], 10, NULL);
    }
    assert_int_equal(kill(cell->server.pid, SIGSTOP), 0);
    assert_true(within(SECOND_MS, is_stopped, &cell->server.pid));
    for (unsigned i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
    if (cell->program->family == PROCESS && cell->program->capacity == MANY)
        assert_true(within(SECOND_MS, children_are_dead, &cell->server.pid));
    assert_int_equal(kill(cell->server.pid, SIGCONT), 0);
    expect_census(&cell->server, &before);
    expect_service(cell->server.port);
}
