// The arrivals of an open loop: a Poisson process of a given rate.
//
// The gaps between arrivals are independent and exponential, as they are when many clients that do
// not know of each other share a server. A latency is measured from the time that stands here, sent
// late or not; otherwise a stalled server would stop its own measurement ("coordinated omission").
// The schedule depends on rate, start and seed alone, never on what the server does.
//
// Cost: one erand48 and one logarithm for an arrival; no memory beyond the struct.
#pragma once

#include <stdint.h>

struct schedule {
    unsigned short state[3]; // of erand48
    double mean_gap_ns;
    double fraction_ns; // what next_ns lacks of the exact time, in [0, 1)
    uint64_t next_ns;
};

// Starts a schedule of `rate_per_s` arrivals a second on average (1e-6 .. 1e9). The first arrival
// is one random gap after `start_ns`, times being in ns of any clock. The same arguments give the
// same schedule; different seeds, even neighbouring ones, give unrelated schedules.
void schedule_start(struct schedule *s, double rate_per_s, uint64_t start_ns, uint64_t seed);

// The time of the next arrival in ns: the same until schedule_advance is called.
uint64_t schedule_next_ns(const struct schedule *s);

// Goes on to the arrival after this one: never earlier, at high rates perhaps in the same ns.
void schedule_advance(struct schedule *s);
