// Coroutines: code with its own stack that yields where a thread would block.
//
// Created with makecontext(3), switched with setjmp(3). swapcontext() would be simpler, but it sets
// the signal mask on each switch: two system calls per wait. A coroutine holds a stack, of which
// only touched pages cost memory, and two mappings, of which a process may have 65530
// (vm.max_map_count). Some stacks are kept for reuse, the others are unmapped.
#pragma once

#include <stdbool.h>

struct coroutine;

// Runs code(argument) in a new coroutine until it yields or returns; returning ends the coroutine.
// False, with errno set, if there is no memory for its stack.
bool coroutine_start(void (*code)(void *argument), void *argument);

// The running coroutine.
struct coroutine *coroutine_self(void);

// In a coroutine: returns control to its starter or resumer. Returns when resumed.
void coroutine_yield(void);

// Resumes a coroutine until it yields again or returns.
void coroutine_resume(struct coroutine *c);
