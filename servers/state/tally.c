// tally: anonymous memory that children inherit, as with shm_atomic, where each worker has its own
// table entry. It shows how the load spreads over the workers of a pool.
//
// UNP vol. 1, 30.6 and Fig. 30.2 (serv02m.c counts connections this way). A worker takes an entry
// with its first request; workers beyond the table's size, as with a process per connection, share
// entries. The counter is shared by all.
#include "servers/core/state.h"

#include <stddef.h>
#include <sys/mman.h>

static struct state *state;
static _Thread_local uint64_t *own; // not inherited: no request is served before workers exist

static void prepare(void)
{
    state = state_map(MAP_SHARED);
}

static uint64_t add(void)
{
    if (!own)
        own =
            &state->table[__atomic_fetch_add(&state->workers, 1, __ATOMIC_RELAXED) % STATE_ENTRIES];
    __atomic_fetch_add(own, 1, __ATOMIC_RELAXED);
    return __atomic_add_fetch(&state->counter, 1, __ATOMIC_RELAXED);
}

static const struct state *end(void)
{
    return state;
}

STATE_MECHANISM(.name = "tally", .suits = ONE_THREAD | THREADS | PROCESSES,
                .is_for = "workers with their own thread-local variables", .prepare = prepare,
                .add = add, .end = end, .by_worker = true);
