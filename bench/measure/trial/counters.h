// Kernel counters during a trial: what else the machine did. Reading all of them takes about 0.2
// ms.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"

struct counters {
    double stolen_s; // from the server's and the client's CPUs, by the hypervisor
    double throttled, listen_overflows, listen_drops, retransmits,
        conntrack_drops; // NAN: not counted here
    double at_s;
};

// The CPU time of this machine since it was started, in us: user, nice, system, interrupts and what
// a hypervisor took. Counted in ticks, mostly of 10 ms. NAN: not known.
double host_cpu_us(void);

void counters_read(const struct setting *setting, struct counters *c);

// Stores the differences since then in the figures.
void counters_since(const struct setting *setting, const struct counters *then,
                    struct measurement *m);
