// Signal-driven: one process, one loop; the kernel queues a signal for everything that happens on a
// descriptor, and the loop takes them from the queue one by one.
//
// UNP volume 1, section 6.2 and chapter 25; TLPI section 63.3; fcntl(2), F_SETSIG. One thread
// accepts and serves. A real-time signal says which descriptor it is about; it is blocked and
// waited for, so there is no handler to be careful in. Signals tell of changes: what was announced
// and is not dealt with is not announced again. Costs three fcntl per connection, and a system call
// per signal, also for one that tells nothing new. Their queue has an end (RLIMIT_SIGPENDING, for
// all processes of a user together): when it is full, a plain SIGIO is all that comes, and every
// descriptor has to be tried.
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

enum { SIGNALS_A_TURN = 512 };

struct connection { // or the listener
    STAILQ_ENTRY(connection) others;
    struct ready_echo echo;
    bool open, unfinished; // unfinished: is in the list of them
};
STAILQ_HEAD(connection_list, connection);

static struct connection *connections; // by descriptor; there is room for so many
static int listen_fd, highest_fd, room;
static struct connection_list unfinished = STAILQ_HEAD_INITIALIZER(unfinished);
static bool stopped;

// Tries it later, signal or not, and until there is nothing left to do.
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
    try_again(fd); // of what came before, no signal tells
    return true;
}

static void accept_all(void)
{
    int connfd;
    while ((connfd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (!add(connfd)) {
            complain(errno, "a client is turned away");
            close(connfd);
        }
    }
    if (errno == EAGAIN)
        return;
    if (accept_again(errno))
        try_again(listen_fd); // who waits already is not announced again
    else
        stopped = true; // shut down: that, too, was announced
}

// One step of a connection. Only a read that finds nothing leaves it to the next signal: after a
// short one, there may be a FIN whose signal was taken together with that of the bytes.
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

// A step for each, so that none keeps the others waiting.
static void attend_unfinished(void)
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

// Takes a signal, and waits for it if nothing else is to be done. Returns false if there is none.
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
    // Room for all descriptors that there can be. Memory comes with the first use of each page.
    connections = mmap(NULL, files.rlim_cur * sizeof *connections, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (connections == MAP_FAILED)
        err(1, "mmap");
    room = (int)files.rlim_cur;
    listen_fd = server->listen_fd;
    if (!add(listen_fd))
        err(1, "fcntl");

    while (!stopped) {
        for (int taken = 0; taken < SIGNALS_A_TURN && take_signal(&awaited); taken++)
            ;
        attend_unfinished();
    }
    for (int fd = 0; fd <= highest_fd; fd++)
        free(connections[fd].echo.held);
    return 0;
}

const struct model model = {
    .summary = "one loop over a queue of signals, which the kernel sends when something happens",
    .source = "UNP vol. 1, 6.2 and 25; TLPI 63.3",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
