// shm_atomic: memory without a name that children inherit (mmap(2), MAP_SHARED | MAP_ANONYMOUS),
// and additions that the processor does not interrupt.
//
// UNP vol. 2, 12.4. As cheap for processes as for threads; it takes a page fault or two in each new
// process. Counter and entry are two additions: each is whole, but who looks in between sees the
// one without the other, and who is killed in between leaves it at that.
#include "servers/core/state.h"

#include <stddef.h>
#include <sys/mman.h>

static struct state *state;

static void prepare(void)
{
    state = state_map(MAP_SHARED);
}

static uint64_t add(void)
{
    return state_add_atomically(state);
}

static const struct state *end(void)
{
    return state;
}

STATE_MECHANISM(.name = "shm_atomic",
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_IN_ONE_MEMORY,
                .is_for = "everybody", .prepare = prepare, .add = add, .end = end);
