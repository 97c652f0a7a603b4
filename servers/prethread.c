// Prethread: a pool of threads, created before the first client arrives; each accepts and serves
// one client after another.
//
// UNP volume 1, section 30.11 (serv07.c) without its mutex around accept: the kernel wakes one
// thread per connection. A connection costs no pthread_create, but a switch to the thread that the
// kernel picks. Serves as many clients at once as there are threads: the others wait in the listen
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
    return pool_of_threads(server, work);
}

const struct model model = {
    .summary = "a pool of threads: every thread blocks in accept on the shared listener and serves "
               "one client at a time",
    .source = "UNP vol. 1, 30.11",
    .family = THREAD,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
