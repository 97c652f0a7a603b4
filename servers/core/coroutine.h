// Coroutines: code with a stack of its own, which gives way where a thread would block.
//
// Made with makecontext(3), changed with setjmp(3): swapcontext() would be plainer, but it sets the
// signal mask each time, two system calls per wait. A coroutine holds a stack, of which only the
// pages in use cost memory, and two mappings, of which a process may have 65530 (vm.max_map_count).
// Some stacks are kept for those to come, the others go back.
#pragma once

#include <stdbool.h>

struct coroutine;

// Runs code(argument) in a new coroutine until it gives way or returns, which ends it. False, and
// errno, if there is no memory for its stack.
bool coroutine_start(void (*code)(void *argument), void *argument);

// The one that is running.
struct coroutine *coroutine_self(void);

// In a coroutine: goes back to whoever started or resumed it. Returns when it is resumed.
void coroutine_give_way(void);

// Lets a coroutine that gave way go on, until it gives way again or returns.
void coroutine_resume(struct coroutine *c);
