// What a server holds: processes, threads, descriptors, memory; and whether it has something to do.
#pragma once

#include "tests/core/server_process.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What a server and all its descendants hold. Readings of a tree that changes are not exact.
struct census {
    unsigned processes; // the server included, zombies not
    unsigned zombies;
    unsigned busy; // processes whose main thread does not sleep
    unsigned threads;
    unsigned descriptors;
    uint64_t cpu_ns; // used so far by those alive, and, in whole ticks, by those reaped
};

struct census census(const struct server_process *s);

// The memory of the server and all its descendants; what they share counts once.
unsigned long process_pss_kib(const struct server_process *s);

// The memory that they have written to, page by page; what parent and child still share counts for
// both. It does not vary with what other programs map, as their share of the libraries does.
unsigned long process_written_kib(const struct server_process *s);

// The census once it has stopped changing: what an idle server holds.
struct census census_at_rest(const struct server_process *s);

// Waits up to a second until the server holds no more than before, and has as many processes; a
// program known by its port: up to two seconds, until it holds hardly more.
void expect_census(const struct server_process *s, const struct census *before);

// Measures that the server, which has nothing to do, comes to use less than a third of a CPU for
// 0.1 s.
void expect_no_spinning(const struct server_process *s);

// The children of a process, zombies included: how many there are. The first `room` are stored.
size_t children_of(pid_t pid, pid_t *children, size_t room);

// Whether a process is in the state that /proc/PID/stat names by this letter.
bool process_is(pid_t pid, char state);

// Whether a process is stopped, as a condition for within(): its pid is pointed to.
bool process_is_stopped(const void *pid);
