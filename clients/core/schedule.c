#include "clients/core/schedule.h"

#include <math.h>
#include <stdlib.h>

void schedule_start(struct schedule *s, double rate_per_s, uint64_t start_ns, uint64_t seed)
{
    // erand48 is linear: neighbouring states start with nearly the same number. SplitMix64's mixing
    // (Steele, Lea, Flood 2014) separates them.
    uint64_t z = seed + 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    for (int i = 0; i < 3; i++)
        s->state[i] = (unsigned short)(z >> (16 * i));

    s->mean_gap_ns = 1e9 / rate_per_s;
    s->fraction_ns = 0;
    s->next_ns = start_ns;
    s->change_ns = 0;
    schedule_advance(s);
}

uint64_t schedule_next_ns(const struct schedule *s)
{
    return s->next_ns;
}

static void step(struct schedule *s)
{
    // The fraction of a ns is carried over: dropping it would make a rate of 1e7/s 0.5 % too high.
    double ns = s->fraction_ns - log1p(-erand48(s->state)) * s->mean_gap_ns;
    double whole_ns = floor(ns);
    s->next_ns += (uint64_t)whole_ns;
    s->fraction_ns = ns - whole_ns;
}

static void begin_anew_at_change(struct schedule *s)
{
    if (!s->change_ns || s->next_ns < s->change_ns)
        return;
    s->next_ns = s->change_ns;
    s->mean_gap_ns = s->changed_gap_ns;
    s->fraction_ns = 0;
    s->change_ns = 0;
    step(s);
}

void schedule_change(struct schedule *s, uint64_t at_ns, double rate_per_s)
{
    s->change_ns = at_ns;
    s->changed_gap_ns = 1e9 / rate_per_s;
    begin_anew_at_change(s);
}

void schedule_advance(struct schedule *s)
{
    step(s);
    begin_anew_at_change(s);
}
