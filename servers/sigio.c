// Signal-driven: one process, one loop; the kernel queues a signal for every event on a descriptor,
// and the loop takes them from the queue one by one.
//
// UNP volume 1, section 6.2 and chapter 25; TLPI section 63.3; fcntl(2), F_SETSIG. One thread
// accepts and serves. A real-time signal names its descriptor; it is blocked and waited for, so no
// handler needs care. Signals report changes: an event that was reported and not handled is not
// reported again. Costs three fcntl per connection, and a system call per signal, even if it tells
// nothing new. The queue is limited (RLIMIT_SIGPENDING, for all processes of a user together): when
// it is full, only a plain SIGIO comes, and the loop must try every descriptor.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS_PER_ITERATION = 512 };

struct connection { // or the listener
    STAILQ_ENTRY(connection) others;
    struct ready_echo echo;
    bool open, unfinished; // unfinished: in the list of that name
};
STAILQ_HEAD(connection_list, connection);

static struct connection *connections; // indexed by descriptor, `room` entries
static int listen_fd, highest_fd, room;
static struct connection_list unfinished = STAILQ_HEAD_INITIALIZER(unfinished);
static bool stopped;

// Schedules a retry, with or without a signal, until nothing is left to do.
static void try_again(int fd)
{
    if (!connections[fd].unfinished)
        STAILQ_INSERT_TAIL(&unfinished, &connections[fd], others);
    connections[fd].unfinished = true;
}

static bool add(int fd)
{
    if (fd >= room) { // the limit was raised meanwhile
        errno = EMFILE;
        return false;
    }
    if (fcntl(fd, F_SETSIG, SIGRTMIN) < 0 || fcntl(fd, F_SETOWN, getpid()) < 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) < 0)
        return false;
    connections[fd] = (struct connection){.open = true};
    if (fd > highest_fd)
        highest_fd = fd;
    try_again(fd); // no signal reports earlier events
    return true;
}

static void accept_all(void)
{
    int connfd;
    while ((connfd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (!add(connfd)) {
            complain(errno, "connection dropped");
            close(connfd);
        }
    }
    if (errno == EAGAIN)
        return;
    if (accept_again(errno))
        try_again(listen_fd); // waiting clients are not reported again
    else
        stopped = true; // shut down: this was reported, too
}

// One step of a connection. Only a read that finds nothing may wait for the next signal: after a
// short read, the signal of a FIN may have been taken together with that of the bytes.
static void serve(int fd)
{
    struct connection *c = &connections[fd];
    short next = echo_ready(&c->echo, fd);
    if (!next) {
        close(fd);
        c->open = false;
    } else if (next == POLLIN && c->echo.found != FOUND_NOTHING) {
        try_again(fd);
    }
}

// One step for each, so that none delays the others.
static void serve_unfinished(void)
{
    struct connection_list turn = STAILQ_HEAD_INITIALIZER(turn);
    struct connection *c;
    STAILQ_CONCAT(&turn, &unfinished);
    while ((c = STAILQ_FIRST(&turn))) {
        STAILQ_REMOVE_HEAD(&turn, others);
        c->unfinished = false;
        if (c == &connections[listen_fd])
            accept_all();
        else
            serve((int)(c - connections));
    }
}

// Takes a signal; waits for one if there is nothing else to do. Returns false if there is none.
static bool take_signal(const sigset_t *awaited)
{
    static const struct timespec at_once;
    siginfo_t info;
    int number = sigtimedwait(awaited, &info, STAILQ_EMPTY(&unfinished) ? NULL : &at_once);
    if (number < 0 && errno != EAGAIN && errno != EINTR)
        err(1, "sigtimedwait");
    if (number == SIGIO) { // the queue was full
        for (int fd = 0; fd <= highest_fd; fd++)
            if (connections[fd].open)
                try_again(fd);
    } else if (number == SIGRTMIN && info.si_fd >= 0 && info.si_fd <= highest_fd &&
               connections[info.si_fd].open) {
        try_again(info.si_fd);
    }
    return number > 0;
}

static int run(struct server *server)
{
    struct rlimit files;
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGRTMIN);
    sigaddset(&awaited, SIGIO);
    if (sigprocmask(SIG_BLOCK, &awaited, NULL) < 0 || getrlimit(RLIMIT_NOFILE, &files) < 0)
        err(1, "limits");
    // Room for all possible descriptors. A page uses memory only when it is touched.
    connections = mmap(NULL, files.rlim_cur * sizeof *connections, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (connections == MAP_FAILED)
        err(1, "mmap");
    room = (int)files.rlim_cur;
    listen_fd = server->listen_fd;
    if (!add(listen_fd))
        err(1, "fcntl");

    while (!stopped) {
        for (int taken = 0; taken < SIGNALS_PER_ITERATION && take_signal(&awaited); taken++)
            ;
        serve_unfinished();
    }
    for (int fd = 0; fd <= highest_fd; fd++)
        free(connections[fd].echo.held);
    return 0;
}

const struct model model = {
    .summary = "one loop over a queue of signals, which the kernel sends for every event",
    .source = "UNP vol. 1, 6.2 and 25; TLPI 63.3",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
