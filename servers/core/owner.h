// A process that alone holds what the requests share: the others ask it (companion.h).
#pragma once

#include "servers/core/state.h"

// Starts it: it calls serve(), which answers requests with state_add() while companion_goes_on().
// clean_up as for companion_start(). Fails with a message and exit status 1.
void owner_start(void (*serve)(struct state *), void (*clean_up)(void));

// Ends it. Returns what it held, or NULL if it died before.
const struct state *owner_end(void);
