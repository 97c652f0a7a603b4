// A companion process that alone holds the shared state; the others send it requests (companion.h).
#pragma once

#include "servers/core/state.h"

// Starts the owner. It calls serve(), which answers requests with state_add() while
// companion_running(). clean_up as for companion_start(). On failure: message and exit status 1.
void owner_start(void (*serve)(struct state *), void (*clean_up)(void));

// Ends the owner. Returns the state it held, or NULL if it died before.
const struct state *owner_end(void);
