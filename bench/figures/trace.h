// Stops a running process at moments of a server's life that are too short to observe: between
// accept and fork, between fork and close (ptrace(2)).
//
// A traced process is killed if this process ends, and continues as before when released.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum moment {
    ACCEPTED,   // accept returns, with a connection
    FORKED,     // the call that creates a child returns; the child has not started
    AT_ACCEPT,  // accept is called
    AT_RECEIVE, // a socket is read
};

struct traced {
    pid_t pid;
    long call;   // the system call that it is in, or made last
    int call_fd; // its first argument
};

// Attaches to a process. False, with errno set, if that is not permitted or not possible here.
bool trace_begin(struct traced *traced, pid_t pid, uint64_t until_ns);

// Lets a stopped process run until that moment, and stops it there. With FORKED, *child is also
// stopped, at its beginning. False if the moment has not come by until_ns (CLOCK_MONOTONIC), or the
// process has ended.
bool trace_until(struct traced *traced, enum moment moment, struct traced *child,
                 uint64_t until_ns);

// Releases a stopped process.
void trace_end(const struct traced *traced);
