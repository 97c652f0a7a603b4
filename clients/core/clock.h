// Nanoseconds of CLOCK_MONOTONIC, the driver's only wall clock, and of its CPU time.
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static inline uint64_t now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

// Time until a moment; 0 if it has passed.
static inline uint64_t ns_until(uint64_t moment_ns)
{
    uint64_t now = now_ns();
    return moment_ns > now ? moment_ns - now : 0;
}

static inline struct timespec timespec_of_ns(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
                             .tv_nsec = (long)(ns % 1000000000)};
}
