// Prethread queue: the main thread accepts and puts each connection into a bounded queue; a pool of
// threads takes from it and serves one client after another.
//
// CS:APP sections 12.5.4 and 12.5.5 (sbuf.c, echoservert-pre.c, Fig. 12-28); UNP volume 1, section
// 30.12. Costs two semaphores and a mutex per connection, and a switch from the main thread to the
// worker. When the queue is full, the main thread waits and clients stay in the listen queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

enum { SLOTS = 16 }; // CS:APP's SBUFSIZE

static int queue[SLOTS];
static unsigned front, rear; // next to take, next to fill; unsigned, so they may wrap
static sem_t slots, items;   // free, filled
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        ; // interrupted
}

static void insert(int connfd)
{
    wait_for(&slots);
    pthread_mutex_lock(&mutex);
    queue[rear++ % SLOTS] = connfd;
    pthread_mutex_unlock(&mutex);
    sem_post(&items);
}

static int take(void)
{
    wait_for(&items);
    pthread_mutex_lock(&mutex);
    int connfd = queue[front++ % SLOTS];
    pthread_mutex_unlock(&mutex);
    sem_post(&slots);
    return connfd;
}

static void work(const struct server *server, unsigned number)
{
    (void)server, (void)number;
    int connfd;
    while ((connfd = take()) >= 0) {
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    struct pollfd listener = {.fd = server->listen_fd};
    unsigned made = 0;
    sem_init(&slots, 0, SLOTS);
    sem_init(&items, 0, 0);
    for (;;) {
        make_threads(server, work, &made);
        // Missing threads are retried while no client arrives; without any thread nothing is
        // accepted.
        listener.events = made ? POLLIN : 0;
        if (made < server->workers && poll(&listener, 1, REPLACE_EVERY_MS) == 0)
            continue;
        int connfd = accept_connection(server->listen_fd, 0);
        if (connfd < 0)
            return 0;
        insert(connfd);
    }
}

const struct model model = {
    .summary = "a pool of threads: the main thread accepts and queues, every thread takes from the "
               "queue and serves one client at a time",
    .source = "CS:APP 12.5.4, Fig. 12-28",
    .family = THREAD,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
