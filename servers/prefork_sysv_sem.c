// Prefork SysV semaphore: a pool of processes that take turns in accept, with a System V semaphore.
//
// semop(2), TLPI chapter 47; UNP volume 1, section 30.8 mentions it as an alternative to its mutex.
// Costs two system calls per connection and a switch to the next in line. SEM_UNDO: the kernel
// releases the semaphore if its holder is killed. The semaphore outlives processes: the parent
// removes it, or its workers do if the parent is killed.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/pool.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <unistd.h>

static int semaphore;
static pid_t parent;

static void change(short by)
{
    struct sembuf operation = {.sem_op = by, .sem_flg = SEM_UNDO};
    while (semop(semaphore, &operation, 1) < 0)
        if (errno != EINTR)
            _exit(0); // removed: the server is ending
}

static void parent_died(int signal_number)
{
    (void)signal_number;
    if (getppid() == parent)
        return;
    semctl(semaphore, 0, IPC_RMID);
    _exit(0);
}

static void work(const struct server *server, unsigned number)
{
    (void)number;
    signal(SIGUSR1, parent_died);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    parent_died(0); // if it died before the prctl
    for (;;) {
        change(-1);
        int connfd = accept_connection(server->listen_fd, 0);
        change(1);
        if (connfd < 0)
            return;
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    union semun {
        int val;
    } one = {.val = 1};
    parent = getpid();
    semaphore = semget(IPC_PRIVATE, 1, 0600);
    if (semaphore < 0 || semctl(semaphore, 0, SETVAL, one) < 0)
        err(1, "semget");
    int status = pool_of_processes(server, work);
    semctl(semaphore, 0, IPC_RMID);
    return status;
}

const struct model model = {
    .summary = "a pool of processes: one at a time blocks in accept, holding a System V semaphore; "
               "each serves one client at a time",
    .source = "semop(2); TLPI 47",
    .family = PROCESS,
    .capacity = WORKERS,
    .workers = 16,
    .run = run,
};
