// shm_mutex: anonymous memory that children inherit, with a process-shared mutex in it.
//
// UNP vol. 2, 7.2 and 7.8; pthread_mutexattr_setrobust(3). No system call without contention. The
// mutex is robust: if its holder is killed, the next one is told, and sets the counter to the
// table's sum. It identifies its holder by a thread-local variable, so it is not for processes that
// share those.
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

static struct state *state;
static pthread_mutex_t *mutex;

static void prepare(void)
{
    pthread_mutexattr_t attributes;
    state = state_map(MAP_SHARED);
    mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        err(1, "mmap");
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    errno = pthread_mutex_init(mutex, &attributes);
    if (errno)
        err(1, "pthread_mutex_init");
}

static void lock(void)
{
    if (pthread_mutex_lock(mutex) != EOWNERDEAD)
        return;
    state->counter = state_sum(state); // in case the holder died between the two additions
    pthread_mutex_consistent(mutex);
}

static uint64_t add(void)
{
    lock();
    uint64_t count = state_add(state);
    pthread_mutex_unlock(mutex);
    return count;
}

static const struct state *end(void)
{
    lock(); // never unlocked: threads that still serve add no more
    return state;
}

STATE_MECHANISM(.name = "shm_mutex", .suits = ONE_THREAD | THREADS | PROCESSES,
                .is_for = "threads, and processes with their own thread-local variables",
                .prepare = prepare, .add = add, .end = end);
