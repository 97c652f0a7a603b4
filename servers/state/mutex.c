// mutex: memory shared by threads, changed under a mutex.
//
// CS:APP 12.5; UNP vol. 1, 26.7. No system call without contention. Counter and entry are seen
// together or not at all.
#include "servers/core/state.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>

static struct state *state;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void prepare(void)
{
    state = state_map(MAP_PRIVATE);
}

static uint64_t add(void)
{
    pthread_mutex_lock(&mutex);
    uint64_t count = state_add(state);
    pthread_mutex_unlock(&mutex);
    return count;
}

static const struct state *end(void)
{
    pthread_mutex_lock(&mutex); // never unlocked: threads that still serve add no more
    return state;
}

STATE_MECHANISM(.name = "mutex", .suits = ONE_THREAD | THREADS,
                .is_for = "the threads of one process", .prepare = prepare, .add = add, .end = end);
