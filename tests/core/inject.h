// System calls of a running server that fail when a test wants it: by strace, attached to the
// server's processes and threads, and to those that they make meanwhile.
#pragma once

#include "tests/core/server_process.h"

#include <stdbool.h>

struct injection {
    pid_t strace; // 0: none
    pid_t server;
    int log; // the memory that strace writes to
};

// From now on the calls (as strace names them, comma-separated; those that this architecture lacks
// do not matter) fail with this error. when: which calls of each thread, as strace counts them:
// "1", "1+3", "1..3". Returns once it is in force; false, with the reason in injection_problem(),
// if that is not permitted here.
bool inject(struct injection *i, const struct server_process *s, const char *calls,
            const char *error, const char *when);

// The call that is under way fails with this error, once, in each thread that waits for a lock: in
// futex, semop or fcntl. Returns once it has. i->strace is 0 if none waits.
bool inject_into_waiting(struct injection *i, const struct server_process *s, const char *error);

const char *injection_problem(void);

// How many calls have failed so far.
unsigned injected(const struct injection *i);

// Detaches strace once the server has come to rest. Returns how many calls have failed.
unsigned injection_end(struct injection *i);
