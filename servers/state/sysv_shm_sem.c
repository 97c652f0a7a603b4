// sysv_shm_sem: a System V shared memory segment, changed by one at a time by a System V semaphore.
//
// UNP vol. 2, ch. 11 and 14; TLPI ch. 47 and 48. Costs two system calls, whether somebody waits or
// not. SEM_UNDO: what a killed holder took is given back; but what it was changing stays half
// changed. The segment is marked for removal as soon as it is attached, so it goes with the last
// process. The semaphore has no owner that it would end with: the server removes it, and a
// companion if the server is killed.
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
    // Looks one up, and makes none: ENOENT is the usual answer.
    return semget(1, 0, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC"
                                                  : NULL;
}

static void watch(void)
{
    while (companion_goes_on())
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
            companion_lost(); // removed: the server is at its end
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
    change(-1); // for good: threads that still serve add no more
    companion_end();
    return state;
}

STATE_MECHANISM(.name = "sysv_shm_sem",
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_IN_ONE_MEMORY,
                .is_for = "everybody", .unsupported = unsupported, .prepare = prepare, .add = add,
                .end = end);
