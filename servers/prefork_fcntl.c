// Prefork fcntl: a pool of processes that take turns in accept by a lock on a file.
//
// UNP volume 1, section 30.7 (serv03.c, lock_fcntl.c). Only the holder of the lock is in accept:
// needed once, where many processes in accept were all woken by one connection, or were not allowed
// there. The lock is the process's: it ends with it. Costs two fcntl calls per connection and a
// switch to the next in line. The file is memory without a name, so nothing of it can be left.
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
        "a pool of processes: one at a time blocks in accept, by a lock on a file; each serves "
        "one client at a time",
    .source = "UNP vol. 1, 30.7",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
