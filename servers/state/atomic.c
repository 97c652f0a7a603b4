// atomic: memory shared by threads, changed with atomic additions.
//
// C11 7.17; CS:APP 12.5 describes the races that they prevent. No system call, and no wait beyond a
// cache line. Counter and entry are two additions: each is atomic, but a reader between them sees
// one without the other. Also for processes that share all memory.
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

STATE_MECHANISM(.name = "atomic", .suits = ONE_THREAD | THREADS | PROCESSES_SHARING_MEMORY,
                .is_for = "servers with a single address space", .prepare = prepare, .add = add,
                .end = end);
