// Prefork: a pool of processes, created before the first client arrives; each accepts and serves
// one client after another.
//
// UNP volume 1, section 30.6 (serv02.c): all workers block in accept on the shared listener, and
// the kernel wakes one of them. A connection costs no fork, but a switch to the worker that the
// kernel picks. Serves as many clients at once as there are workers: the others wait in the listen
// queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <unistd.h>

static void work(const struct server *server, unsigned number)
{
    (void)number;
    int connfd;
    while ((connfd = accept_connection(server->listen_fd, 0)) >= 0) {
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    return pool_of_processes(server, work);
}

const struct model model = {
    .summary = "a pool of processes: every worker blocks in accept on the shared listener and "
               "serves one client at a time",
    .source = "UNP vol. 1, 30.6",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
