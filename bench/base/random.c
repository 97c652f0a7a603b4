#include "bench/base/random.h"

#include <stdlib.h>

// SplitMix64's mixing (Steele, Lea, Flood 2014).
uint64_t random_mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void random_state(unsigned short state[3], uint64_t seed, uint64_t number)
{
    uint64_t mixed = random_mix(random_mix(seed) + number);
    for (int i = 0; i < 3; i++)
        state[i] = (unsigned short)(mixed >> (16 * i));
}

static size_t random_below(size_t n, unsigned short state[3])
{
    return (size_t)((uint64_t)nrand48(state) * n >> 31);
}

void shuffle(size_t *order, size_t n, unsigned short state[3])
{
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(i, state);
        size_t swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}
