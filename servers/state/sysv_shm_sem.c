// sysv_shm_sem: a System V shared memory segment, changed under a System V semaphore.
//
// UNP vol. 2, ch. 11 and 14; TLPI ch. 47 and 48. Two system calls, with or without contention.
// SEM_UNDO: the kernel releases the semaphore if its holder is killed, but a change in progress
// stays half done. The segment is marked for removal as soon as it is attached, so it goes with the
// last process. The semaphore outlives processes: the server removes it, or a companion does if the
// server is killed.
#include "servers/core/companion.h"
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

static struct state *state;
static int semaphore;

static const char *unsupported(void)
{
    // Looks one up without creating it: ENOENT is the usual answer.
    return semget(1, 0, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC"
                                                  : NULL;
}

static void watch(void)
{
    while (companion_running())
        pause();
}

static void remove_semaphore(void)
{
    semctl(semaphore, 0, IPC_RMID);
}

static void prepare(void)
{
    union semun {
        int val;
    } one = {.val = 1};
    int segment = shmget(IPC_PRIVATE, sizeof *state, 0600);
    if (segment < 0)
        err(1, "shmget");
    state = shmat(segment, NULL, 0);
    if (shmctl(segment, IPC_RMID, NULL) < 0 || state == (void *)-1)
        err(1, "shmat");
    semaphore = semget(IPC_PRIVATE, 1, 0600);
    if (semaphore < 0)
        err(1, "semget");
    companion_start(watch, remove_semaphore);
    if (semctl(semaphore, 0, SETVAL, one) < 0)
        err(1, "semctl");
}

static void change(short by)
{
    struct sembuf operation = {.sem_op = by, .sem_flg = SEM_UNDO};
    while (semop(semaphore, &operation, 1) < 0)
        if (errno != EINTR)
            companion_lost(); // removed: the server is ending
}

static uint64_t add(void)
{
    change(-1);
    uint64_t count = state_add(state);
    change(1);
    return count;
}

static const struct state *end(void)
{
    change(-1); // never released: threads that still serve add no more
    companion_end();
    return state;
}

STATE_MECHANISM(.name = "sysv_shm_sem",
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_SHARING_MEMORY,
                .is_for = "all servers", .unsupported = unsupported, .prepare = prepare, .add = add,
                .end = end);
