// Epoll reuseport: a process per processor, each with an epoll loop of its own over a listener of
// its own; all listen on the same port.
//
// socket(7), SO_REUSEPORT (Linux 3.9). The kernel picks the listener by a hash of the connection's
// addresses: no worker is woken in vain, and none can take what another is too busy for. Costs what
// epoll costs. The parent holds all listeners, so that a worker's successor finds its queue.
#include "servers/core/epoll_loop.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

static int *listeners; // one a worker

static void work(const struct server *server, unsigned number)
{
    (void)server;
    epoll_loop(listeners[number], 0);
}

static int run(struct server *server)
{
    listeners = listen_beside(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    listen_no_more(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary = "a pool of processes, a level-triggered epoll loop each over a listener of its own: "
               "the kernel spreads connections by a hash (SO_REUSEPORT)",
    .source = "socket(7)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .reuseport = true,
    .run = run,
};
