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
    bool peer_is_thread; // or else a process
    long peer_cpu;       // the one processor that the peer runs on, or ANY_CPU: as inherited
};

// Ends the program with 77 and the reason if this machine cannot run it so.
void ipc_check(const struct run *run);

// Returns when the peer has ended and nothing is left. A failure ends the program, with status 1
// and what the end says that has noticed it; of two processes the other one may notice that.
void ipc_run(const struct run *run);
