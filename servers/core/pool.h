// Pools of workers, created before the first client arrives and kept at their size.
//
// Every 100 ms missing workers are replaced: those that died and those that could not be created.
// This limits the rate at which a crashing worker is restarted. (Threads do not die alone: a fatal
// signal in one kills the server.)
#pragma once

#include "servers/core/model.h"

#include <stdbool.h>
#include <sys/types.h>

// Keeps server->workers processes. Each calls work(server, its number from 0) and exits when that
// returns. Returns the server's exit status once the listener is shut down.
int pool_of_processes(const struct server *server,
                      void (*work)(const struct server *, unsigned number));

// The same with detached threads, which end with the process.
int pool_of_threads(const struct server *server,
                    void (*work)(const struct server *, unsigned number));

// For models with their own loop around the pool:

enum { REPLACE_EVERY_MS = 100 };

// Whether to replace missing workers now: true once per interval.
bool may_replace_workers(void);

// Forks a worker that does not outlive its parent. Returns 0 in the worker, its process id in the
// parent, or -1 after a message.
pid_t fork_worker(void);

// Creates detached threads until *made reaches server->workers or creation fails; counts them in
// *made.
void make_threads(const struct server *server, void (*work)(const struct server *, unsigned number),
                  unsigned *made);
