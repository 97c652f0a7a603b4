// Many clients at one loop at the same moment: more of them than there is room for in its lists.
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <signal.h>
#include <sys/resource.h>

// More stalled clients, each with more under way than a read takes, than an io_uring has provided
// buffers.
void crowd_of_stalled(struct cell *cell)
{
    enum { CLIENTS = 300, BYTES = 256 << 10, ROUNDS = 10 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = client_connect_buffered(cell->server.port, i, 16384);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < CLIENTS; i++)
            client_push(&clients[i], BYTES, 0);
    expect_service(cell->server.port);
    expect_no_spinning(&cell->server);
    for (unsigned i = 0; i < CLIENTS; i++) {
        client_exchange(&clients[i], BYTES - clients[i].sent, NULL);
        client_finish(&clients[i]);
    }
    expect_census(&cell->server, &before);
}

// The server is stopped until all have sent: more than an io_uring's queue of completions holds, or
// a call returns of what is ready. A server may refuse clients, but not forget one.
void all_talk_at_once(struct cell *cell)
{
    enum { CLIENTS = 9000, LEAST_SERVED = 900 };
    static struct client clients[CLIENTS];
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur < CLIENTS + 100)
        skip_because(cell, "the hard limit of descriptors is too low");
    struct census before = baseline(cell);
    cell->server.says = ""; // whom it turns away it may name
    unsigned served = 0;
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = client_connect(cell->server.port, i);
    census_at_rest(&cell->server);
    require(kill(cell->server.pid, SIGSTOP) == 0);
    require(within(SECOND_MS, process_is_stopped, &cell->server.pid));
    for (unsigned i = 0; i < CLIENTS; i++)
        client_is_pushed(&clients[i], 1, 1);
    require(kill(cell->server.pid, SIGCONT) == 0);
    for (unsigned i = 0; i < CLIENTS; i++)
        served += clients[i].sent == 1 && client_is_answered(&clients[i]);
    if (served < LEAST_SERVED)
        fail_because("serves %u of %d", served, CLIENTS);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
    expect_census(&cell->server, &before);
}
