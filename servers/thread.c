// Thread: the main thread accepts and makes a thread for every connection; the thread serves it and
// exits.
//
// CS:APP section 12.3.8 (echoservert.c, Fig. 12-14). All clients share one address space: sharing
// is easy, and one bad handler takes all of them down. Costs a pthread_create and a thread's exit
// per connection; nothing is copied, and detached threads need no reaping.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <unistd.h>

static sem_t room; // the number of threads that may still be created

static void *serve(void *argument)
{
    int connfd = (int)(intptr_t)argument;
    echo(connfd);
    close(connfd);
    sem_post(&room);
    return NULL;
}

static void wait_for_room(void)
{
    if (sem_trywait(&room) == 0)
        return;
    complain(0, "thread limit reached: clients wait for one to end");
    while (sem_wait(&room) < 0)
        ; // interrupted
}

static int run(struct server *server)
{
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    sem_init(&room, 0, server->max_children);

    for (;;) {
        wait_for_room();
        int connfd = accept_connection(server->listen_fd, 0);
        if (connfd < 0)
            return 0;
        pthread_t thread;
        int problem = pthread_create(&thread, &detached, serve, (void *)(intptr_t)connfd);
        if (problem) {
            complain(problem, "pthread_create: connection dropped");
            close(connfd);
            sem_post(&room);
        }
    }
}

const struct model model = {
    .summary =
        "a thread per connection: the main thread accepts and makes a detached thread to serve it",
    .source = "CS:APP 12.3.8, Fig. 12-14",
    .family = THREAD,
    .capacity = MANY,
    .run = run,
};
