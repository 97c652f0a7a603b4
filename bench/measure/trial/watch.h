// A watch over a foreign server. A thread reads what the server prints, so that it never waits for
// a reader, and kills it if it forks without end. A process kills it if this one is killed.
//
// The thread sleeps unless the server prints. Every 50 ms it reads the number of this machine's
// tasks, which takes about 10 us.
#pragma once

#include "bench/measure/trial/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { WATCH_TAIL = 4096 };

struct watch {
    pthread_t thread;
    int fd; // what the server prints
    struct guard guard;
    pid_t group;
    unsigned most_processes;
    atomic_bool ends, has_killed;
    char tail[WATCH_TAIL + 1]; // the end of what it printed; complete when the thread has ended
    size_t length;
};

// Watches a group of processes that prints into the other end of fd, a pipe.
void watch_begin(struct watch *watch, int fd, pid_t group, unsigned most_processes);

// Whether it killed the group because there were too many.
bool watch_has_killed(struct watch *watch);

// Ends it. Everything printed until then has been read. Closes fd.
void watch_end(struct watch *watch);
