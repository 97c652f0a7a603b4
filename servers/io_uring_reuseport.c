// io_uring reuseport: a process per processor, each with an io_uring loop of its own over a
// listener of its own; all listen on the same port.
//
// As epoll_reuseport, over completions: io_uring(7); socket(7), SO_REUSEPORT. A ring belongs to one
// process, so there is nothing to share but the port. The kernel picks the listener by a hash of
// the connection's addresses. Costs what io_uring costs. The parent holds all listeners, so that a
// worker's successor finds its queue.
#include "servers/core/io_uring_loop.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

static int *listeners; // one a worker

static void work(const struct server *server, unsigned number)
{
    (void)server;
    io_uring_loop(listeners[number]);
}

static int run(struct server *server)
{
    listeners = listen_beside(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    listen_no_more(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary = "a pool of processes, a loop over completions each over a listener of its own: the "
               "kernel spreads connections by a hash (SO_REUSEPORT)",
    .source = "io_uring(7); socket(7)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .reuseport = true,
    .unsupported = io_uring_loop_unsupported,
    .run = run,
};
