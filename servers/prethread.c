// Prethread: a pool of threads, made before the first client comes; each accepts and serves, one
// client after the other.
//
// UNP volume 1, section 30.11 (serv07.c) without its mutex around accept: the kernel wakes one
// thread per connection. A connection costs no pthread_create; it costs a switch to whichever
// thread the kernel picks. Serves as many clients at once as there are threads: the others wait in
// the listen queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

static void *work(void *argument)
{
    int listen_fd = (int)(intptr_t)argument;
    int connfd;
    while ((connfd = accept_connection(listen_fd, 0)) >= 0) {
        echo(connfd);
        close(connfd);
    }
    return NULL;
}

static int run(struct server *server)
{
    for (unsigned i = 0; i < server->workers; i++) {
        pthread_t thread;
        int problem = pthread_create(&thread, NULL, work, (void *)(intptr_t)server->listen_fd);
        if (problem) {
            errno = problem;
            warn("pthread_create: %u of %u workers", i, server->workers);
            break;
        }
        pthread_detach(thread);
    }
    while (wait_while_listening(server->listen_fd, -1))
        ;
    return 0;
}

const struct model model = {
    .summary = "a pool of threads: every thread blocks in accept on the shared listener and serves "
               "one client at a time",
    .source = "UNP vol. 1, 30.11",
    .family = THREAD,
    .capacity = WORKERS,
    .run = run,
};
