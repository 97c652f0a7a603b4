// shm_atomic: anonymous memory that children inherit (mmap(2), MAP_SHARED | MAP_ANONYMOUS), changed
// with atomic additions.
//
// UNP vol. 2, 12.4. As cheap for processes as for threads, except for a page fault or two in each
// new process. Counter and entry are two additions: each is atomic, but a reader between them sees
// one without the other, and a process killed between them leaves them so.
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
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_SHARING_MEMORY,
                .is_for = "all servers", .prepare = prepare, .add = add, .end = end);
