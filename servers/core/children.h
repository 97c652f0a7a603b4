// The children of a server that makes a process per connection: reaping all of them, and never
// having more than allowed.
#pragma once

#include "servers/core/model.h"

#include <stdbool.h>

// From now on every child that ends is reaped (in SIGCHLD's handler). Fails with a message and exit
// status 1.
void children_reap(void);

// The same with a mistake, for teaching: one child is reaped a signal, as if signals queued.
void children_reap_one_per_signal(void);

// Waits until there are fewer than server->max_children, and says so if it has to. False when the
// server is to stop instead.
bool children_have_room(const struct server *server);

// To be called for each child made.
void children_count_one(void);
