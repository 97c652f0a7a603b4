// One run of a mechanism: COUNT messages to a peer, in round trips or one way, every byte verified.
#pragma once

#include "bench/micro/ipc.h"

#include <stdbool.h>
#include <stddef.h>

enum { ANY_CPU = -1 };

struct run {
    unsigned long count;
    size_t message_bytes;
    enum traffic traffic;
    bool peer_is_thread; // otherwise a process
    long peer_cpu;       // the CPU that the peer runs on, or ANY_CPU: as inherited
};

// Ends the program with 77 and the reason if this machine cannot run it with these options.
void ipc_check(const struct run *run);

// Returns after the peer has ended and everything is removed. A failure ends the program with
// status 1 and a message; it may be noticed by either process.
void ipc_run(const struct run *run);
