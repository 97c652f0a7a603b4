// Epoll threads reuseport: a thread per CPU, each with its own epoll loop and its own listener; all
// listen on the same port.
//
// Envoy (enable_reuse_port); socket(7), SO_REUSEPORT (Linux 3.9), which was made for this: Herbert,
// "soreuseport: TCP/IPv4 implementation", 2013. It is epoll_reuseport with threads. All loops share
// their memory: sharing is easy, and one bad handler takes all of them down. Costs what epoll
// costs, and in most system calls a reference to the open file, because another thread might close
// the descriptor meanwhile.
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
    return pool_of_threads(server, work); // the listeners end with the process, and so do the loops
}

const struct model model = {
    .summary = "a pool of threads, each with its own level-triggered epoll loop and listener: the "
               "kernel distributes connections by a hash (SO_REUSEPORT)",
    .source = "Envoy, enable_reuse_port; socket(7)",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .threads = true,
    .reuseport = true,
    .run = run,
};
