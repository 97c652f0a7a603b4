#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <errno.h>
#include <linux/tcp.h> // its tcp_info counts bytes
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void second_client(struct cell *cell)
{
    struct client first = client_connect(cell->server.port, 1);
    client_exchange(&first, 1, NULL);
    expect_service(cell->server.port);
    client_finish(&first);
}

// Makes a process that sends, or one that receives, as fast as it can, until it is killed or the
// connection ends.
static pid_t talk(int fd, ssize_t (*transfer)(int fd))
{
    pid_t pid = fork();
    if (pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
            while (transfer(fd) > 0)
                ;
        _exit(0);
    }
    require(pid > 0);
    return pid;
}

static ssize_t transfer_out(int fd)
{
    return send(fd, client_stream(0), CLIENT_STREAM_BYTES, MSG_NOSIGNAL);
}

static ssize_t transfer_in(int fd)
{
    static unsigned char bytes[CLIENT_STREAM_BYTES];
    return recv(fd, bytes, sizeof bytes, 0);
}

static unsigned bytes_received(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    require(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    return (unsigned)info.tcpi_bytes_received;
}

void fast_talker(struct cell *cell)
{
    enum { ROUND_TRIPS = 50, LEAST_BYTES = 1 << 20 };
    const unsigned most_ms = 2500 * SLOWNESS;
    static const struct timespec pause = {.tv_nsec = 2000000};
    struct census before = baseline(cell);
    struct client talker = client_connect(cell->server.port, 1);
    struct client other = client_connect(cell->server.port, 2);
    pid_t talks[] = {talk(talker.fd, transfer_out), talk(talker.fd, transfer_in)};
    uint64_t took_ns = 0;
    for (unsigned i = 0; i < ROUND_TRIPS; i++) {
        uint64_t start_ns = now_ns();
        client_exchange(&other, 64, NULL);
        took_ns += now_ns() - start_ns;
        if (took_ns > most_ms * (uint64_t)1000000)
            fail_because("%u round trips take %u ms beside a client that does not pause", i + 1,
                         (unsigned)(took_ns / 1000000));
        nanosleep(&pause, NULL);
    }
    uint64_t until_ns = now_ns() + most_ms * (uint64_t)1000000;
    unsigned answered;
    while ((answered = bytes_received(talker.fd)) < LEAST_BYTES) {
        if (now_ns() > until_ns)
            fail_because("answers the fast client only %u bytes", answered);
        nanosleep(&pause, NULL);
    }
    for (size_t i = 0; i < 2; i++) {
        kill(talks[i], SIGKILL);
        require(waitpid(talks[i], NULL, 0) == talks[i]);
    }
    client_close(&talker);
    client_finish(&other);
    expect_census(&cell->server, &before);
}

// The exception to second_client: it waits, and its turn comes.
void second_client_waits(struct cell *cell)
{
    enum { NO_ANSWER_MS = 100 };
    struct client first = client_connect(cell->server.port, 1);
    struct client second = client_connect(cell->server.port, 2);
    client_exchange(&first, 1, NULL);
    client_send(&second, 1);
    require(!client_has_news(&second, NO_ANSWER_MS));
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

// When the server goes on, it finds bytes and their FIN. Its first answer is answered with RST, so
// that its next one raises SIGPIPE.
static void gone_before_it_is_read(const struct cell *cell)
{
    struct client gone = client_connect(cell->server.port, 1);
    client_exchange(&gone, 1, NULL);
    require(kill(-cell->server.pid, SIGSTOP) == 0);
    require(within(SECOND_MS, process_is_stopped, &cell->server.pid));
    client_send(&gone, 30000);
    client_close(&gone);
    require(kill(-cell->server.pid, SIGCONT) == 0);
    expect_service(cell->server.port);
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
    for (unsigned round = 0; round < 3; round++)
        gone_before_it_is_read(cell);
    expect_census(&cell->server, &before);
}

enum { MOST_AT_ONCE = 500 };

static bool any_has_news(const struct client *clients, nfds_t n)
{
    struct pollfd polled[n];
    for (nfds_t i = 0; i < n; i++) // those that are closed are negative and ignored
        polled[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    return poll(polled, n, client_limit_ms) > 0;
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
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (!client_has_news(&clients[i], client_limit_ms))
            fail_because("client %u of %d is not served while the others stay", i + 1, CLIENTS);
        client_expect(&clients[i], 1000);
    }
    for (unsigned i = CLIENTS; i-- > 0;)
        client_exchange(&clients[i], 30000, NULL);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_finish(&clients[i]);
    expect_census(&cell->server, &before);
}

// So many clients that come at once and leave when they have been answered: where one is served
// after the other, too, all have their turn.
static void crowd(const struct cell *cell, unsigned size)
{
    struct client clients[MOST_AT_ONCE];
    for (unsigned i = 0; i < size; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_send(&clients[i], 1000);
    }
    for (unsigned left = size; left > 0;) {
        if (!any_has_news(clients, size))
            fail_because("%u of %u clients never have their turn", left, size);
        for (unsigned i = 0; i < size; i++) {
            if (clients[i].fd < 0 || !client_has_news(&clients[i], 0))
                continue;
            client_finish(&clients[i]);
            left--;
        }
    }
}

void many_in_turn(struct cell *cell)
{
    struct census before = baseline(cell);
    crowd(cell, 100);
    expect_census(&cell->server, &before);
}

// As crowd(), but no client leaves before all are served, however slow the server is.
static void full_house(const struct cell *cell, unsigned size)
{
    struct client clients[MOST_AT_ONCE];
    for (unsigned i = 0; i < size; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_exchange(&clients[i], 1000, NULL);
    }
    for (unsigned i = 0; i < size; i++)
        client_finish(&clients[i]);
}

// Five hundred at a time: one after another, and all at once. What a server has then had at the
// same time it may keep for the next.
void ten_thousand(struct cell *cell)
{
    enum { ROUNDS = 10, FIRST_ROUNDS = 2, GROWTH_KIB = 512 };
    struct census before = baseline(cell);
    unsigned long first_kib = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        serve_in_turn(cell->server.port, MOST_AT_ONCE);
        crowd(cell, MOST_AT_ONCE);
        expect_census(&cell->server, &before);
        if (round + 1 == FIRST_ROUNDS) {
            if (cell->program->capacity == MANY)
                full_house(cell, MOST_AT_ONCE);
            expect_census(&cell->server, &before);
            first_kib = process_pss_kib(&cell->server);
        }
    }
    unsigned long last_kib = process_pss_kib(&cell->server);
    if (!SANITIZED && last_kib > first_kib + GROWTH_KIB)
        fail_because("grew from %lu to %lu KiB", first_kib, last_kib);
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

// Returns how many it serves. A program known by its port may have a pool for fewer.
static unsigned serve_at_once(const struct cell *cell, struct client *clients, unsigned count)
{
    enum { PATIENCE_MS = 500 };
    for (unsigned i = 0; i < count; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_send(&clients[i], 10);
        if (cell->server.by_port && !client_has_news(&clients[i], PATIENCE_MS)) {
            client_close(&clients[i]);
            return i;
        }
        client_expect(&clients[i], 10);
    }
    return count;
}

// The server is stopped until all who served the clients have died, so that a server with a process
// per connection finds a hundred dead children and a single signal.
void all_gone_at_once(struct cell *cell)
{
    enum { CLIENTS = 100 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    unsigned served = serve_at_once(cell, clients, CLIENTS);
    require(kill(cell->server.pid, SIGSTOP) == 0);
    require(within(SECOND_MS, process_is_stopped, &cell->server.pid));
    for (unsigned i = 0; i < served; i++)
        client_close(&clients[i]);
    bool of_processes = cell->program->family == PROCESS && cell->program->capacity == MANY;
    if (cell->server.by_port) // it may have workers, which do not die
        within(SECOND_MS / 2, children_are_dead, &cell->server.pid);
    else if (of_processes)
        require(within(SECOND_MS, children_are_dead, &cell->server.pid));
    require(kill(cell->server.pid, SIGCONT) == 0);
    expect_census(&cell->server, &before);
    expect_service(cell->server.port);
}
