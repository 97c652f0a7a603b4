// Prefork mutex: a pool of processes that take turns in accept, with a mutex in shared memory.
//
// UNP volume 1, section 30.8 (serv04.c, lock_pthread.c). Like the file lock, but without system
// calls when there is no contention. The mutex is robust: the next in line takes it over from a
// dead holder. Costs a futex wake per connection and a switch to the next in line.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_mutex_t *mutex; // shared by all processes

static void lock(void)
{
    if (pthread_mutex_lock(mutex) == EOWNERDEAD) // it protects no data that could be inconsistent
        pthread_mutex_consistent(mutex);
}

static void work(const struct server *server, unsigned number)
{
    (void)number;
    for (;;) {
        lock();
        int connfd = accept_connection(server->listen_fd, 0);
        pthread_mutex_unlock(mutex);
        if (connfd < 0)
            return;
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    pthread_mutexattr_t attributes;
    mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        err(1, "mmap");
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    errno = pthread_mutex_init(mutex, &attributes);
    if (errno)
        err(1, "pthread_mutex_init");
    return pool_of_processes(server, work);
}

const struct model model = {
    .summary = "a pool of processes: one at a time blocks in accept, holding a robust mutex in "
               "shared memory; each serves one client at a time",
    .source = "UNP vol. 1, 30.8",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
