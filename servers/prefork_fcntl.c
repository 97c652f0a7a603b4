// Prefork fcntl: a pool of processes that take turns in accept, with a file lock.
//
// UNP volume 1, section 30.7 (serv03.c, lock_fcntl.c). Only the lock holder is in accept. This was
// once needed: one connection woke all processes in accept, or the system did not allow several.
// The lock ends with its process. Costs two fcntl calls per connection and a switch to the next in
// line. The file is anonymous memory, so nothing can be left behind.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int lock_fd;

static void set_lock(short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    while (fcntl(lock_fd, F_SETLKW, &whole) < 0)
        if (errno != EINTR)
            err(1, "fcntl");
}

static void work(const struct server *server, unsigned number)
{
    (void)number;
    for (;;) {
        set_lock(F_WRLCK);
        int connfd = accept_connection(server->listen_fd, 0);
        set_lock(F_UNLCK);
        if (connfd < 0)
            return;
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    lock_fd = memfd_create("accept", MFD_CLOEXEC);
    if (lock_fd < 0)
        err(1, "memfd_create");
    return pool_of_processes(server, work);
}

const struct model model = {
    .summary =
        "a pool of processes: one at a time blocks in accept, holding a file lock; each serves "
        "one client at a time",
    .source = "UNP vol. 1, 30.7",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
