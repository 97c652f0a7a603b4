#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

static void fidelity(const struct cell *cell, size_t bytes, unsigned short seed[3])
{
    struct client c = client_connect(cell->server.port, (unsigned)bytes);
    client_exchange(&c, bytes, seed);
    client_finish(&c);
}

void fidelity_sizes(struct cell *cell)
{
    fidelity(cell, 0, NULL);
    fidelity(cell, 1, NULL);
    for (size_t power = 1 << 6; power <= 1 << 17; power *= 2)
        for (size_t bytes = power - 1; bytes <= power + 1; bytes++)
            fidelity(cell, bytes, NULL);
    fidelity(cell, 1 << 20, NULL);
}

void fidelity_chunks(struct cell *cell)
{
    for (unsigned short run = 0; run < 4; run++) {
        unsigned short seed[3] = {run, 7, 7777};
        fidelity(cell, 1 << 20, seed);
    }
}

void dribble(struct cell *cell)
{
    if (client_sends_lines)
        skip_because(cell, "it answers whole lines");
    struct client c = client_connect(cell->server.port, 1);
    for (int i = 0; i < 300; i++)
        client_exchange(&c, 1, NULL);
    client_finish(&c);
}

// All send all and their FIN before one reads a byte, as much as fits into small socket buffers.
void half_close(struct cell *cell)
{
    enum { CLIENTS = 64 };
    static const size_t sizes[] = {0, 1, 1000, 30000};
    struct client clients[CLIENTS];
    unsigned losers = 0;
    size_t most = 0;
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_send(&clients[i], sizes[i % (sizeof sizes / sizeof *sizes)]);
        client_end_sending(&clients[i]);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        size_t missing = client_missing_at_end(&clients[i]);
        losers += missing > 0;
        most = missing > most ? missing : most;
    }
    if (losers > 0)
        fail_because("%u of %d connections lost up to %zu bytes at their end", losers, CLIENTS,
                     most);
}

void stalled_reader(struct cell *cell)
{
    enum { BYTES = 64 << 20, GROWTH_KIB = 16 << 10, PATIENCE_MS = 100 * SLOWNESS };
    baseline(cell);
    unsigned long before_kib = process_pss_kib(&cell->server);

    struct client c = client_connect_buffered(cell->server.port, 1, 65536);
    client_push(&c, BYTES, PATIENCE_MS);
    if (c.sent == BYTES)
        fail_because("takes 64 MiB from a client that reads nothing");
    unsigned long after_kib = process_pss_kib(&cell->server);
    if (!SANITIZED && after_kib > before_kib + GROWTH_KIB)
        fail_because("grew from %lu to %lu KiB", before_kib, after_kib);
    expect_no_spinning(&cell->server);
    if (!(PROMISE_NONE & 1u << cell->program->capacity))
        expect_service(cell->server.port);
    client_exchange(&c, BYTES - c.sent, NULL);
    client_finish(&c);
}

// Signals that a server does not ask for. Stopping and continuing interrupts system calls without a
// handler; it waits until nothing forks, since Linux can miss to continue a child that is just
// being forked.
void signal_storm(struct cell *cell)
{
    static const int signals[] = {SIGCHLD, SIGWINCH, SIGURG, SIGSTOP, SIGCONT};
    unsigned short seed[3] = {3, 2, 1};
    baseline(cell);
    struct client c = client_connect(cell->server.port, 1);
    client_exchange(&c, 1, NULL);
    // One that writes line by line without TCP_NODELAY may need 40 ms for each answer.
    uint64_t end_ns = cell->server.by_port ? now_ns() + UINT64_C(4000000000) : UINT64_MAX;
    for (int i = 0; i < 1000 && ns_until(end_ns) > 0; i++) {
        size_t kinds = i % 20 == 0 ? 5 : 3;
        client_send(&c, 1 + (size_t)nrand48(seed) % 5000);
        for (size_t s = 0; s < kinds; s++)
            if (kill(-cell->server.pid, signals[s]) < 0)
                fail_because("cannot send a signal");
        client_exchange(&c, 0, NULL);
    }
    client_finish(&c);
}
