// Prefork reuseport: a pool of processes, each with its own listener on the same port; each accepts
// and serves one client after another.
//
// socket(7), SO_REUSEPORT (Linux 3.9). The kernel picks the listener by a hash of the connection's
// addresses: no worker wakes in vain, and no two compete for a connection. The hash ignores which
// workers are busy: a client can wait behind another one while other workers are idle. The parent
// holds all listeners, so that a replacement worker finds its predecessor's queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <unistd.h>

static int *listeners; // one per worker

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
    listeners = open_listeners(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    close_listeners(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary = "a pool of processes: every worker blocks in accept on its own listener, the kernel "
               "distributes connections by a hash (SO_REUSEPORT)",
    .source = "socket(7)",
    .family = PROCESS,
    .capacity = HASHED,
    .workers = 16,
    .reuseport = true,
    .run = run,
};
