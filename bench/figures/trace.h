// Stopping a running process at the moments of a server's life that pass too quickly to be seen:
// between accept and fork, between fork and close (ptrace(2)).
//
// Whoever is traced is killed when this process ends, and runs on as before when it is released.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum moment {
    ACCEPTED,   // accept returns, with a connection
    FORKED,     // the call that makes a child returns; the child has not begun
    AT_ACCEPT,  // accept is called
    AT_RECEIVE, // bytes of a socket are asked for
};

struct traced {
    pid_t pid;
    long call;   // the system call that it is in, or made last
    int call_fd; // its first argument
};

// Takes hold of a process. False, and errno, if that is not permitted or cannot be done here.
bool trace_begin(struct traced *traced, pid_t pid, uint64_t until_ns);

// Lets a process that is held run until that moment, and holds it there. With FORKED *child is
// held, too, at its beginning. False if the moment has not come until_ns (CLOCK_MONOTONIC), or it
// has ended.
bool trace_until(struct traced *traced, enum moment moment, struct traced *child,
                 uint64_t until_ns);

// Lets a process that is held go.
void trace_end(const struct traced *traced);
