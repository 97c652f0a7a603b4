// Random numbers that depend on a seed alone, and the order they put things in.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Mixes all bits of a number: neighbours become unrelated (splitmix64's finalizer; Steele et al.
// 2014).
uint64_t random_mix(uint64_t number);

// Makes a state for nrand48 and the like from a seed and a number within it (a block, a trial): all
// such states are unrelated, neighbours too.
void random_state(unsigned short state[3], uint64_t seed, uint64_t number);

// Puts the n (at most 2^31) elements into random order, each step unbiased within n * 2^-31 (Fisher
// and Yates; Knuth, TAOCP 2, 3.4.2, algorithm P).
void shuffle(size_t *order, size_t n, unsigned short state[3]);
