// Reactor: one loop reads and writes; a pool of threads does the work in between.
//
// Schmidt et al., Pattern-Oriented Software Architecture 2, 2000: Reactor, with the pool of
// Half-Sync/Half-Async. The loop reads what has arrived and queues the connection; a worker takes
// it and does what its requests ask for; the loop writes the answer. The queue is that of CS:APP
// section 12.5.4, without its bound: a connection is in it once at most. While a worker computes or
// waits, the loop serves others, until all workers do. Costs two switches per message, a semaphore
// and a mutex, a copy, a pipe's write and read, and an epoll_ctl: a connection is not read from
// while a worker has it.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_PER_ITERATION = 512, READ = 0, WRITE = 1 };

struct connection {
    LIST_ENTRY(connection) others;
    STAILQ_ENTRY(connection) queued;
    struct ready_echo echo;
    int fd;
};

// The connections that wait for a worker, and how many; then those that wait for the loop, as
// pointers in a pipe.
static STAILQ_HEAD(connection_queue, connection) queue = STAILQ_HEAD_INITIALIZER(queue);
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t items;
static int done[2];

static int epoll_fd;
static LIST_HEAD(connection_list,
                 connection)
    connections; // without the list, only the kernel would know the idle connections

static void insert(struct connection *c)
{
    pthread_mutex_lock(&mutex);
    STAILQ_INSERT_TAIL(&queue, c, queued);
    pthread_mutex_unlock(&mutex);
    sem_post(&items);
}

static struct connection *take(void)
{
    while (sem_wait(&items) < 0)
        ; // interrupted
    pthread_mutex_lock(&mutex);
    struct connection *c = STAILQ_FIRST(&queue);
    STAILQ_REMOVE_HEAD(&queue, queued);
    pthread_mutex_unlock(&mutex);
    return c;
}

static void work(const struct server *server, unsigned number)
{
    (void)server, (void)number;
    for (;;) {
        struct connection *c = take();
        requests_received(&c->echo.echo.request, c->echo.held, c->echo.echo.end);
        while (write(done[WRITE], &c, sizeof c) < 0)
            ; // interrupted
    }
}

// Waits once for POLLIN or POLLOUT (EPOLLIN and EPOLLOUT are the same bits); 0: ends it.
static void wait_for(struct connection *c, short next)
{
    struct epoll_event event = {.events = (uint32_t)next | EPOLLONESHOT, .data.ptr = c};
    if (next && epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event) == 0)
        return;
    close(c->fd); // also removes it from the epoll set
    LIST_REMOVE(c, others);
    free(c->echo.held);
    free(c);
}

// Reads what is there into memory of its own, which echo_ready() frees once all of it is sent.
static void receive(struct connection *c)
{
    static unsigned char buffer[ECHO_BUFFER_BYTES];
    ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
    if (n > 0 && (c->echo.held = malloc((size_t)n))) {
        memcpy(c->echo.held, buffer, (size_t)n);
        echo_advance(&c->echo.echo, n);
        insert(c);
        return;
    }
    echo_advance(&c->echo.echo, n == 0 ? 0 : -errno);
    wait_for(c, c->echo.echo.closed ? 0 : POLLIN);
}

static void send_back(struct connection *c)
{
    wait_for(c, echo_ready(&c->echo, c->fd));
}

// If the read is interrupted, the pipe is reported again.
static void send_done(void)
{
    struct connection *c[EVENTS_PER_ITERATION];
    ssize_t n = read(done[READ], c, sizeof c) / (ssize_t)sizeof *c;
    for (ssize_t i = 0; i < n; i++)
        send_back(c[i]);
}

static void add(int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.ptr = c};
    if (!c || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, connfd, &event) < 0) {
        complain(errno, "connection dropped");
        close(connfd);
        free(c);
        return;
    }
    c->fd = connfd;
    LIST_INSERT_HEAD(&connections, c, others);
}

// False if the server has to stop.
static bool accept_all(int listen_fd)
{
    int connfd;
    while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
        add(connfd);
    return errno == EAGAIN;
}

static int run(struct server *server)
{
    static struct epoll_event events[EVENTS_PER_ITERATION];
    struct epoll_event listener = {.events = EPOLLIN},
                       answers = {.events = EPOLLIN, .data.ptr = done};
    unsigned made = 0;
    sem_init(&items, 0, 0);
    set_nonblocking(server->listen_fd);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || pipe2(done, O_CLOEXEC) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &listener) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, done[READ], &answers) < 0)
        err(1, "epoll");

    for (;;) {
        make_threads(server, work, &made); // missing ones are retried
        int ready = epoll_wait(epoll_fd, events, EVENTS_PER_ITERATION,
                               made < server->workers ? REPLACE_EVERY_MS : -1);
        if (ready < 0 && errno != EINTR)
            err(1, "epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (c == (void *)done)
                send_done();
            else if (c && c->echo.held)
                send_back(c);
            else if (c)
                receive(c);
            else if (!accept_all(server->listen_fd))
                return 0;
        }
    }
}

const struct model model = {
    .summary = "one loop over epoll accepts, reads and writes; a pool of threads takes what was "
               "read from a queue and does the work",
    .source = "Schmidt et al., POSA 2; CS:APP 12.5.4",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = 16,
    .threads = true,
    .run = run,
};
