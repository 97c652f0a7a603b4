// plain: a variable. Nothing keeps two from changing it at once, and nothing needs to: one thread
// of one process serves everybody, as in an event loop. The base for the price of all others.
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

STATE_MECHANISM(.name = "plain", .suits = ONE_THREAD,
                .is_for = "one thread of one process that serves everybody", .prepare = prepare,
                .add = add, .end = end);
