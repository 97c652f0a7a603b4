// io_uring reuseport: a process per CPU, each with its own io_uring loop and its own listener; all
// listen on the same port.
//
// Like epoll_reuseport, with completions: io_uring(7); socket(7), SO_REUSEPORT. A ring belongs to
// one process, so only the port is shared. The kernel picks the listener by a hash of the
// connection's addresses. Costs what io_uring costs. The parent holds all listeners, so that a
// replacement worker finds its predecessor's queue.
#include "servers/core/io_uring_loop.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

static int *listeners; // one per worker

static void work(const struct server *server, unsigned number)
{
    (void)server;
    io_uring_loop(listeners[number]);
}

static int run(struct server *server)
{
    listeners = open_listeners(server->listen_fd, server->workers);
    int status = pool_of_processes(server, work);
    close_listeners(listeners, server->workers);
    return status;
}

const struct model model = {
    .summary = "a pool of processes, each with its own completion loop and listener: the kernel "
               "distributes connections by a hash (SO_REUSEPORT)",
    .source = "io_uring(7); socket(7)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .reuseport = true,
    .unsupported = io_uring_loop_unsupported,
    .run = run,
};
