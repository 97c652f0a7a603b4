// plain: a variable. Nothing prevents concurrent changes, and nothing needs to: one thread of one
// process serves all clients, as in an event loop. The baseline for the cost of all others.
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
    return state_add(state);
}

static const struct state *end(void)
{
    return state;
}

STATE_MECHANISM(.name = "plain", .suits = ONE_THREAD, .is_for = "servers with one thread",
                .prepare = prepare, .add = add, .end = end);
