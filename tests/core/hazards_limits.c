#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>

// Every worker does: with a listener each, some may still have clients to turn away.
static bool serves(const void *server)
{
    enum { CONNECTIONS = 16 };
    bool is_fine = true;
    for (int i = 0; i < CONNECTIONS && is_fine; i++)
        is_fine = is_served(((const struct server_process *)server)->port, 100);
    return is_fine;
}

// No process of the server has room for more than 32 descriptors, and DEFAULT_WORKERS loops have
// none for all of the clients.
void out_of_descriptors(struct cell *cell)
{
    enum { CLIENTS = 150 };
    struct client clients[CLIENTS];
    struct census before = baseline(cell);
    clients[0] = client_connect(cell->server.port, 0);
    client_exchange(&clients[0], 1000, NULL); // before others take what descriptors there are
    for (unsigned i = 1; i < CLIENTS; i++)
        clients[i] = client_begin(cell->server.port);

    census_at_rest(&cell->server); // the processes that serve them exist
    if (!cell->server.by_port)
        expect_no_spinning(&cell->server);
    client_exchange(&clients[0], 1000, NULL); // those it has are still served
    for (unsigned i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
    // io_uring accepts first and then looks for a place: of those still queued it turns some away.
    if (!within(SECOND_MS, serves, &cell->server))
        fail_because("refuses new clients though the others have left");
    expect_service(cell->server.port);
    expect_census(&cell->server, &before);
}

// Descriptors 0 to 2 and the listener leave room for at most FD_SETSIZE - 4 clients.
void beyond_fd_setsize(struct cell *cell)
{
    enum { CLIENTS = 1100, SERVED = FD_SETSIZE - 24 };
    struct client clients[CLIENTS];
    unsigned refused = 0;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur < CLIENTS + 100)
        skip_because(cell, "the hard limit of descriptors is too low");
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = client_connect(cell->server.port, i);
    for (unsigned i = 0; i < SERVED; i++)
        client_exchange(&clients[i], 100, NULL);
    for (unsigned i = SERVED; i < CLIENTS; i++) {
        if (i < FD_SETSIZE && !client_has_news(&clients[i], 0))
            continue; // perhaps one that still found room
        client_expect_end(&clients[i]);
        refused++;
    }
    require(refused >= CLIENTS - (FD_SETSIZE - 4));
    for (unsigned i = 0; i < SERVED; i++)
        client_exchange(&clients[i], 100, NULL);
    client_finish(&clients[SERVED / 2]);
    expect_service(cell->server.port);
    for (unsigned i = 0; i < CLIENTS; i++)
        if (clients[i].fd >= 0)
            client_close(&clients[i]);
}

// The soft limit of the memory that a process and those that it forks may write to.
static void limit_memory(pid_t pid, rlim_t bytes)
{
    enum { MOST_CHILDREN = 256 };
    struct rlimit limit = {0};
    pid_t children[MOST_CHILDREN];
    int problem = prlimit(pid, RLIMIT_DATA, NULL, &limit);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    if (problem == 0)
        problem = prlimit(pid, RLIMIT_DATA, &limit, NULL);
    if (problem < 0 && errno != ESRCH) // a child may just have ended
        fail_because("prlimit: %s", strerror(errno));
    size_t n = children_of(pid, children, MOST_CHILDREN);
    for (size_t i = 0; i < n && i < MOST_CHILDREN; i++)
        limit_memory(children[i], bytes);
}

// Not a byte more than the processes have already. As many clients stall as the server can serve
// beside others, so that loops want to keep bytes for them.
void no_memory(struct cell *cell)
{
    enum { SLOW = 40, OTHERS = 100, ONE_PAGE = 4096 };
    struct client slow[SLOW], others[OTHERS];
    unsigned slow_ones = cell->program->capacity == MANY      ? SLOW
                         : cell->program->capacity == WORKERS ? DEFAULT_WORKERS - 1
                                                              : 0;
    unsigned other_ones = cell->program->capacity == MANY ? OTHERS : 1;
    if (SANITIZED)
        skip_because(cell, "the sanitizers end a program that runs out of memory");
    if (cell->program->family == PEER) { // libev ends the process
        process_stops_cleanly(&cell->server, SIGTERM);
        except_because(cell, "what becomes of a server without memory is up to the library");
    }
    struct census before = baseline(cell);
    cell->server.says = ""; // nothing, where no memory was needed
    limit_memory(cell->server.pid, ONE_PAGE);
    for (unsigned i = 0; i < slow_ones; i++) {
        slow[i] = client_connect_buffered(cell->server.port, i, 16384);
        client_is_pushed(&slow[i], 8 << 20, 5);
    }
    for (unsigned i = 0; i < other_ones; i++) {
        others[i] = client_connect(cell->server.port, i);
        client_is_pushed(&others[i], 100, client_limit_ms);
    }
    for (unsigned i = 0; i < other_ones; i++)
        client_is_answered(&others[i]);
    limit_memory(cell->server.pid, RLIM_INFINITY);
    for (unsigned i = 0; i < other_ones; i++)
        client_close(&others[i]);
    expect_service(cell->server.port);
    for (unsigned i = 0; i < slow_ones; i++) {
        client_is_answered(&slow[i]);
        client_close(&slow[i]);
    }
    expect_service(cell->server.port);
    expect_census(&cell->server, &before);
}
