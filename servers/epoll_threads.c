// Epoll threads: the main thread accepts and hands the connections in turn to a pool of threads,
// each with its own epoll loop.
//
// memcached (doc/threads.txt; thread.c). A connection stays with its loop. The number of its
// descriptor goes through a pipe, which is queue and wake-up in one; memcached has a queue beside
// it. All loops share their memory: sharing is easy, and one bad handler takes all of them down.
// Costs what epoll costs, and for each connection a write, a read, and a switch from the main
// thread to the loop. Turns spread connections evenly, not their work.
#include "servers/core/epoll_loop.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 0, WRITE = 1 };

static int (*pipes)[2]; // one per loop

static void open_pipes(unsigned count)
{
    pipes = calloc(count, sizeof *pipes);
    for (unsigned i = 0; i < count; i++)
        if (!pipes || pipe2(pipes[i], O_CLOEXEC) < 0)
            err(1, "%u pipes", count);
}

// If the pipe is full, the main thread waits, and clients stay in the listen queue.
static void give(unsigned loop, int connfd)
{
    while (write(pipes[loop][WRITE], &connfd, sizeof connfd) < 0)
        ; // interrupted
}

static int take(int pipe)
{
    int connfd;
    if (read(pipe, &connfd, sizeof connfd) == sizeof connfd)
        return connfd;
    errno = EAGAIN; // empty, or interrupted: then the loop is told again
    return -1;
}

static void work(const struct server *server, unsigned number)
{
    (void)server;
    epoll_loop_taking(pipes[number][READ], 0, take);
}

static int run(struct server *server)
{
    struct pollfd listener = {.fd = server->listen_fd};
    unsigned made = 0, turn = 0;
    open_pipes(server->workers);
    for (;;) {
        make_threads(server, work, &made);
        // Missing threads are retried while no client arrives; without any thread nothing is
        // accepted.
        listener.events = made ? POLLIN : 0;
        if (made < server->workers && poll(&listener, 1, REPLACE_EVERY_MS) <= 0)
            continue;
        int connfd = accept_connection(server->listen_fd, SOCK_NONBLOCK);
        if (connfd >= 0)
            give(turn++ % made, connfd);
        else if (errno != EAGAIN || !is_listening(server->listen_fd))
            return 0;
    }
}

const struct model model = {
    .summary = "a pool of threads, each with its own level-triggered epoll loop: the main thread "
               "accepts and hands connections to them in turn",
    .source = "memcached, doc/threads.txt",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .workers = ONE_PER_CPU,
    .threads = true,
    .run = run,
};
