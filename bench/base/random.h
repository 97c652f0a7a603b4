// Random numbers that depend only on a seed, and random orders.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Mixes all bits of a number: neighbours become unrelated (SplitMix64's finalizer; Steele et al.
// 2014).
uint64_t random_mix(uint64_t number);

// Makes a state for nrand48 and similar functions from a seed and a number within it (a block, a
// trial). All such states are unrelated, even neighbouring ones.
void random_state(unsigned short state[3], uint64_t seed, uint64_t number);

// Shuffles n (at most 2^31) elements, each step unbiased within n * 2^-31 (Fisher and Yates; Knuth,
// TAOCP 2, 3.4.2, algorithm P).
void shuffle(size_t *order, size_t n, unsigned short state[3]);
