// tally: memory without a name that children inherit, as with shm_atomic, in which each worker has
// an entry of the table to itself: how the load spreads over the workers of a pool.
//
// UNP vol. 1, 30.6 and Fig. 30.2 (serv02m.c counts connections so). A worker takes an entry with
// its first request; workers beyond the size of the table, as with a process per connection, share
// theirs. The counter is everybody's, as with the others.
#include "servers/core/state.h"

#include <stddef.h>
#include <sys/mman.h>

static struct state *state;
static _Thread_local uint64_t *own; // nobody serves before workers are made: it is not inherited

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
                .is_for = "workers of whom each has variables of its own", .prepare = prepare,
                .add = add, .end = end, .by_worker = true);
