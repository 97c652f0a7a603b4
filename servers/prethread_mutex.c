// Prethread mutex: a pool of threads that take turns in accept, with a mutex.
//
// UNP volume 1, section 30.11 (serv07.c). Only the mutex holder is in accept. Costs a futex wake
// per connection and a switch to the next in line.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void work(const struct server *server, unsigned number)
{
    (void)number;
    for (;;) {
        pthread_mutex_lock(&mutex);
        int connfd = accept_connection(server->listen_fd, 0);
        pthread_mutex_unlock(&mutex);
        if (connfd < 0)
            return;
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    return pool_of_threads(server, work);
}

const struct model model = {
    .summary =
        "a pool of threads: one at a time blocks in accept, holding a mutex; each serves one "
        "client at a time",
    .source = "UNP vol. 1, 30.11",
    .family = THREAD,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
