#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"
#include "tests/core/group.h"
#include "tests/core/sysv.h"

#include <signal.h>
#include <unistd.h>

// The signal comes while a pool is being made, and after it was made.
void stop_at_once(struct cell *cell)
{
    // Once in some hundred starts it never calls the handler, however often the server wakes up.
    if (DEFERS_SIGNALS)
        skip_because(cell, "the thread sanitizer puts off a handler that is called so soon");
    for (int i = 0; i < 6; i++) {
        process_stops_cleanly(&cell->server, i % 2 ? SIGINT : SIGTERM);
        close(cell->server.out);
        close(cell->server.err);
        start_server(cell);
    }
    baseline(cell);
    process_stops_cleanly(&cell->server, SIGTERM);
}

// As `kill` would do it. Where a process per connection serves, there is none then.
void sigterm_to_the_first(struct cell *cell)
{
    baseline(cell);
    group_is_ended(&cell->server, cell->server.pid, SIGTERM);
}

// Clients that idle, clients whose bytes are on the way, and clients that take nothing.
static void stop_under_load(struct cell *cell, int signal_number)
{
    enum { CLIENTS = 20 };
    struct client clients[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect_buffered(cell->server.port, i, 16384);
        if (i == 0)
            client_exchange(&clients[i], 1000, NULL);
        else if (i % 3 == 1)
            client_send(&clients[i], 1000);
        else if (i % 3 == 2)
            client_push(&clients[i], 4 << 20, 1);
    }
    process_stops_cleanly(&cell->server, signal_number);
    for (unsigned i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
}

void sigterm_under_load(struct cell *cell)
{
    stop_under_load(cell, SIGTERM);
}

void sigint_under_load(struct cell *cell)
{
    stop_under_load(cell, SIGINT);
}

struct remains {
    const struct server_process *server;
    pid_t pids[DEFAULT_WORKERS + 1];
    size_t n;
};

static bool nothing_left(const void *argument)
{
    const struct remains *r = argument;
    return no_orphans() && port_refuses(r->server->port) && sysv_objects_of(r->pids, r->n) == 0;
}

void server_killed(struct cell *cell)
{
    char errors[2048];
    baseline(cell);
    struct remains remains = {.server = &cell->server, .pids = {cell->server.pid}};
    remains.n = 1 + children_of(cell->server.pid, remains.pids + 1, DEFAULT_WORKERS);
    require(remains.n >= 1 && remains.n <= DEFAULT_WORKERS + 1);
    require(kill(cell->server.pid, SIGKILL) == 0);
    server_process_wait(&cell->server, SECOND_MS);
    if (!within(SECOND_MS, nothing_left, &remains))
        fail_because("something of it is left: %s", !no_orphans() ? "a process"
                                                    : sysv_objects_of(remains.pids, remains.n)
                                                        ? "a System V object"
                                                        : "the port");
    require(!*process_errors(&cell->server, errors, sizeof errors));
}
