// Prefork fdpass: the parent accepts and passes each connection to an idle worker of its pool; the
// worker serves it and reports back.
//
// UNP volume 1, section 30.9 (serv05.c, child05.c); unix(7), SCM_RIGHTS. The parent knows which
// workers are busy: a client never waits while a worker is idle; otherwise clients stay in the
// listen queue. The first idle worker is taken, so that few workers stay warm. Costs a descriptor
// sent, a byte sent back and two switches per connection, all through one process. If a worker
// dies, its client's connection is lost; the parent notices by the channel and replaces the worker.
#include "servers/core/descriptor.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct worker {
    pid_t pid;
    bool busy;
};

static struct pollfd *polled;  // the listener, then a channel to each worker (-1: no worker)
static struct worker *workers; // with the same indices, from 1 to last
static unsigned last;
static bool incomplete; // a worker is missing

static void work(int channel)
{
    int connfd;
    while (descriptor_take(channel, &connfd)) {
        if (connfd >= 0) {
            echo(connfd);
            close(connfd);
        } else {
            complain(EMFILE, "connection dropped");
        }
        while (send(channel, "", 1, MSG_NOSIGNAL) < 0)
            ; // retry: the end of the parent ends this process
    }
}

// Starts the missing workers, or as many as it can.
static void complete_pool(void)
{
    for (unsigned i = 1; i <= last; i++) {
        int pair[2];
        if (polled[i].fd >= 0)
            continue;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
            complain(errno, "socketpair: cannot start a worker");
            return;
        }
        pid_t pid = fork_worker();
        if (pid == 0) {
            for (unsigned k = 0; k <= last; k++)
                if (polled[k].fd >= 0)
                    close(polled[k].fd);
            close(pair[0]);
            work(pair[1]);
            _exit(0);
        }
        close(pair[1]);
        if (pid < 0) {
            close(pair[0]);
            return;
        }
        polled[i].fd = pair[0];
        workers[i] = (struct worker){.pid = pid};
    }
    incomplete = false;
}

// The worker has closed its end, so it is dying.
static void dismiss(unsigned i)
{
    close(polled[i].fd);
    polled[i].fd = -1;
    kill(workers[i].pid, SIGKILL);
    waitpid(workers[i].pid, NULL, 0);
    incomplete = true;
}

static bool is_idle(unsigned i)
{
    return polled[i].fd >= 0 && !workers[i].busy;
}

// The first idle worker, or 0.
static unsigned idle_worker(void)
{
    for (unsigned i = 1; i <= last; i++)
        if (is_idle(i))
            return i;
    return 0;
}

// Passes the connection to the first idle worker that accepts it: one may have just died.
static void give(int connfd)
{
    for (unsigned i = idle_worker(); i && i <= last; i++) {
        if (is_idle(i) && descriptor_pass(polled[i].fd, connfd)) {
            workers[i].busy = true;
            return;
        }
    }
    complain(errno, "no worker accepts it: connection dropped");
}

// Accepts while a worker is idle. Returns false if the server has to stop.
static bool hand_out(int listen_fd)
{
    while (idle_worker()) {
        int connfd = accept_connection(listen_fd, 0);
        if (connfd < 0)
            return errno == EAGAIN;
        give(connfd);
        close(connfd);
    }
    return true;
}

static void hear(unsigned i)
{
    char byte;
    ssize_t n = recv(polled[i].fd, &byte, 1, 0);
    if (n == 1)
        workers[i].busy = false;
    else if (n == 0)
        dismiss(i);
}

static int run(struct server *server)
{
    last = server->workers;
    polled = calloc(last + 1, sizeof *polled);
    workers = calloc(last + 1, sizeof *workers);
    if (!polled || !workers)
        err(1, "a pool of %u", last);
    set_nonblocking(server->listen_fd);
    polled[0].fd = server->listen_fd;
    for (unsigned i = 1; i <= last; i++)
        polled[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    incomplete = true;

    for (;;) {
        if (incomplete && may_replace_workers())
            complete_pool();
        polled[0].events = idle_worker() ? POLLIN : 0; // the shutdown is always reported
        int ready = poll(polled, last + 1, incomplete ? REPLACE_EVERY_MS : -1);
        if (ready < 0 && errno != EINTR)
            err(1, "poll");
        for (unsigned i = 1; ready > 0 && i <= last; i++)
            if (polled[i].revents)
                hear(i);
        if (ready > 0 && (polled[0].revents & POLLHUP || !hand_out(server->listen_fd)))
            return 0;
    }
}

const struct model model = {
    .summary = "a pool of processes: the parent accepts and passes each connection to an idle "
               "worker, which serves it and reports back",
    .source = "UNP vol. 1, 30.9",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
