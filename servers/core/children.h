// Child processes of a server that forks per connection: reaps them all and limits their number.
#pragma once

#include "servers/core/model.h"

// Installs a SIGCHLD handler that reaps every child that ends. On failure: message and exit status
// 1.
void children_reap(void);

// The same with a deliberate bug: reaps one child per signal, as if signals queued.
void children_reap_one_per_signal(void);

// Accepts a connection for a new child. With server->max_children children it waits until one ends,
// or, if server->refuses, closes what comes until then; with a message. Returns the connection, or
// -1 if the server has to stop.
int children_accept(const struct server *server);

// Call it for each child created.
void children_count_one(void);
