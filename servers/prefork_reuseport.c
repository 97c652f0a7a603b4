// Prefork reuseport: a pool of processes, each with a listener of its own on the same port; each
// accepts from its own and serves, one client after the other.
//
// socket(7), SO_REUSEPORT (Linux 3.9). The kernel picks the listener by a hash of the connection's
// addresses: no worker is woken in vain, no two compete for a connection. It does not know who is
// busy: a client can wait behind another one while other workers have nothing to do. The parent
// holds all listeners, so that a worker's successor finds its queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <unistd.h>

static int *listeners; // one a worker

static void work(const struct server *server, unsigned number)
{
    (void)server;
    int connfd;
    while ((connfd = accept_connection(listeners[number], 0)) >= 0) {
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    listeners = listen_beside(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    listen_no_more(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary = "a pool of processes: every worker blocks in accept on a listener of its own, the "
               "kernel spreads connections by a hash (SO_REUSEPORT)",
    .source = "socket(7)",
    .family = PROCESS,
    .capacity = HASHED,
    .workers = 16,
    .reuseport = true,
    .run = run,
};
