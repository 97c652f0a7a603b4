// atomic: memory that threads share anyway, and additions that the processor does not interrupt.
//
// C11 7.17; CS:APP 12.5 names what they prevent. No system call, and nobody waits for more than a
// cache line. Counter and entry are two additions: each is whole, but who looks in between sees the
// one without the other. Processes that are one memory's can have it, too.
#include "servers/core/state.h"

#include <stddef.h>
#include <sys/mman.h>

static struct state *state;

static void prepare(void)
{
    state = state_map(MAP_PRIVATE);
}

static uint64_t add(void)
{
    return state_add_atomically(state);
}

static const struct state *end(void)
{
    return state;
}

STATE_MECHANISM(.name = "atomic", .suits = ONE_THREAD | THREADS | PROCESSES_IN_ONE_MEMORY,
                .is_for = "servers that are one memory", .prepare = prepare, .add = add,
                .end = end);
