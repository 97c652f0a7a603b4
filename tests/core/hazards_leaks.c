// What is left of each client. Each of it has a rule of its own for a program known only by its
// port; the models are held to all of it after every hazard.
#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

void one_after_another(struct cell *cell)
{
    struct census before = baseline(cell);
    serve_in_turn(cell->server.port, 500);
    expect_census(&cell->server, &before);
}

void children_are_reaped(struct cell *cell)
{
    enum { CLIENTS = 20 };
    struct census before = baseline(cell);
    serve_in_turn(cell->server.port, CLIENTS);
    expect_census(&cell->server, &before);
}

// A leak grows alike with every 500 clients. A heap grows in leaps, until it is large enough or its
// garbage is collected.
void memory_of_each_client(struct cell *cell)
{
    enum { CLIENTS = 500, ROUNDS = 10, LEAST_ROUNDS = 3, GROWTH_KIB = 12 };
    unsigned rounds = 0;
    uint64_t end_ns = now_ns() + UINT64_C(6000000000);
    if (SANITIZED)
        skip_because(cell, "the sanitizers keep memory that was freed");
    baseline(cell);
    serve_in_turn(cell->server.port, CLIENTS);
    census_at_rest(&cell->server);
    unsigned long first_kib = process_written_kib(&cell->server), kib = first_kib, growth_kib = 0;
    while (rounds < ROUNDS && (rounds < LEAST_ROUNDS || ns_until(end_ns) > 0)) {
        unsigned long before_kib = kib;
        serve_in_turn(cell->server.port, CLIENTS);
        census_at_rest(&cell->server);
        kib = process_written_kib(&cell->server);
        rounds++;
        growth_kib = kib > first_kib ? (kib - first_kib) / rounds : 0;
        if (kib <= before_kib + GROWTH_KIB || kib - before_kib < growth_kib / 2)
            return;
    }
    fail_because("grows by about %lu bytes with each of %u clients", growth_kib * 1024 / CLIENTS,
                 rounds * CLIENTS);
}
