// What the kernel drops by itself, in this network namespace since it exists: a client only sees
// that no answer comes.
#pragma once

struct kernel_drops {
    double accept_queue; // connections that found a listener's queue full
    double
        connection_table; // packets for whose connection conntrack had no room (nf_conntrack_max)
};

// NAN: not counted here.
struct kernel_drops kernel_drops_now(void);
