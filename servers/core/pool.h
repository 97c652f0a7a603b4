// Pools of workers, made before the first client comes and kept at their size.
//
// Missing workers are made up for every 100 ms: one that died, and one that could not be made. A
// worker that dies at once is thereby not replaced in a storm. (A thread does not die alone: what
// kills one kills the server.)
#pragma once

#include "servers/core/model.h"

#include <stdbool.h>
#include <sys/types.h>

// Keeps server->workers processes, each of which calls work(server, its number from 0 on) and exits
// when that returns. Returns, with the server's exit status, once the listener is shut down.
int pool_of_processes(const struct server *server,
                      void (*work)(const struct server *, unsigned number));

// The same with detached threads.
int pool_of_threads(const struct server *server, void *(*work)(void *server));

// For models with a loop of their own around the pool:

enum { REPLACE_EVERY_MS = 100 };

// Whether it is time to make up for missing workers: true once in so many ms.
bool may_replace_workers(void);

// Forks a worker that does not outlive its parent. 0 in the worker, its number in the parent, or -1
// after a complaint.
pid_t fork_worker(void);

// Makes those of server->workers detached threads that *made lacks, or as many as it can, and
// counts them there.
void make_threads(const struct server *server, void *(*work)(void *server), unsigned *made);
