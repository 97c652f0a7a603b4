// Epoll reuseport: a process per CPU, each with its own epoll loop and its own listener; all listen
// on the same port.
//
// socket(7), SO_REUSEPORT (Linux 3.9). The kernel picks the listener by a hash of the connection's
// addresses: no worker wakes in vain, and none can take over what another is too busy for. Costs
// what epoll costs. The parent holds all listeners, so that a replacement worker finds its
// predecessor's queue.
#include "servers/core/epoll_loop.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

static int *listeners; // one per worker

static void work(const struct server *server, unsigned number)
{
    (void)server;
    epoll_loop(listeners[number], 0);
}

static int run(struct server *server)
{
    listeners = open_listeners(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    close_listeners(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary =
        "a pool of processes, each with its own level-triggered epoll loop and listener: the "
        "kernel distributes connections by a hash (SO_REUSEPORT)",
    .source = "socket(7)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .reuseport = true,
    .run = run,
};
