// Epoll workers: a process per CPU, each with its own epoll loop over the shared listener and the
// connections that it accepted.
//
// epoll_ctl(2), EPOLLEXCLUSIVE; nginx without its accept mutex. A connection wakes one idle worker
// (sometimes more: the others find nothing) and stays with the worker that accepts it. Costs what
// epoll costs, and some failed accepts; a busy worker may take a connection that an idle one could
// have had.
#include "servers/core/epoll_loop.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <sys/epoll.h>

static void work(const struct server *server, unsigned number)
{
    (void)number;
    epoll_loop(server->listen_fd, EPOLLEXCLUSIVE);
}

static int run(struct server *server)
{
    return pool_of_processes(server, work);
}

const struct model model = {
    .summary =
        "a pool of processes, each with its own level-triggered epoll loop: all wait for the "
        "shared listener, one is woken (EPOLLEXCLUSIVE)",
    .source = "epoll_ctl(2); nginx",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .run = run,
};
