// Child processes of a server that forks per connection: reaps them all and limits their number.
#pragma once

#include "servers/core/model.h"

#include <stdbool.h>

// Installs a SIGCHLD handler that reaps every child that ends. On failure: message and exit status
// 1.
void children_reap(void);

// The same with a deliberate bug: reaps one child per signal, as if signals queued.
void children_reap_one_per_signal(void);

// Waits until there are fewer than server->max_children children, with a message if it has to wait.
// Returns false if the server has to stop.
bool children_have_room(const struct server *server);

// Call it for each child created.
void children_count_one(void);
