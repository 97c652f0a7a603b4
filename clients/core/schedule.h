// The arrivals of an open loop: a Poisson process of a given rate.
//
// The gaps between arrivals are independent and exponential, as with many independent clients of
// one server. A latency is measured from the scheduled time, even if the request is sent late.
// Otherwise a stalled server would pause its own measurement ("coordinated omission"). The schedule
// depends only on rate, start and seed, never on the server.
//
// Cost: one erand48 and one logarithm per arrival; no memory beyond the struct.
#pragma once

#include <stdint.h>

struct schedule {
    unsigned short state[3]; // of erand48
    double mean_gap_ns;
    double fraction_ns; // the exact time minus next_ns, in [0, 1)
    uint64_t next_ns;
    uint64_t change_ns; // of the rate; 0: none is to come
    double changed_gap_ns;
};

// Starts a schedule of `rate_per_s` arrivals a second on average (1e-6 .. 1e9). The first arrival
// is one random gap after `start_ns`; times are in ns of any clock. The same arguments give the
// same schedule; different seeds, even neighbouring ones, give unrelated schedules.
void schedule_start(struct schedule *s, double rate_per_s, uint64_t start_ns, uint64_t seed);

// Has another rate from a moment on. A Poisson process has no memory, so it begins anew there.
void schedule_change(struct schedule *s, uint64_t at_ns, double rate_per_s);

// The time of the next arrival in ns; it changes only with schedule_advance().
uint64_t schedule_next_ns(const struct schedule *s);

// Moves to the next arrival: never earlier, at high rates possibly in the same ns.
void schedule_advance(struct schedule *s);
