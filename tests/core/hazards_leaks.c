// What a program known only by its port leaves of each client: here a rule of its own each, where
// the models are held to all of it after every hazard.
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

void children_are_reaped(struct cell *cell)
{
    enum { CLIENTS = 20 };
    struct census before = baseline(cell);
    serve_in_turn(cell->server.port, CLIENTS);
    expect_census(&cell->server, &before);
}

// A leak grows with every 500 clients; a heap stops to, at the latest when garbage is collected.
void memory_of_each_client(struct cell *cell)
{
    enum { CLIENTS = 500, ROUNDS = 6, GROWTH_KIB = 12 };
    unsigned long before_kib = 0, first_kib = 0, now_kib = 0;
    baseline(cell);
    for (unsigned round = 0; round <= ROUNDS; round++) {
        serve_in_turn(cell->server.port, CLIENTS);
        census_at_rest(&cell->server);
        now_kib = process_written_kib(&cell->server);
        if (round == 0)
            first_kib = now_kib;
        else if (now_kib <= before_kib + GROWTH_KIB)
            return;
        before_kib = now_kib;
    }
    fail_because("grows with each client, by %lu bytes on average",
                 (now_kib - first_kib) * 1024 / (ROUNDS * CLIENTS));
}
