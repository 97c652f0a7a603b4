// What the kernel counts while a trial runs, and nothing that is measured itself: what the machine
// around it did. Reading all of it takes some 0.2 ms.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"

struct counters {
    double stolen_s; // of the server's and the client's processors, by the hypervisor
    double throttled, listen_overflows, listen_drops, retransmits; // NAN: it is not counted here
    double at_s;
};

void counters_read(const struct setting *setting, struct counters *c);

// Puts what has been counted since then into the figures.
void counters_since(const struct setting *setting, const struct counters *then,
                    struct measurement *m);
