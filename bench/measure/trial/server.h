// A server under measurement: started on the server's processors, and stopped with its whole life
// accounted for.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/setting.h"

#include <stdbool.h>
#include <sys/types.h>

struct server {
    pid_t pid; // leads a group of its own
    int output_fd, error_fd;
    bool may_crash;       // set by who starts it: however it ends is no fault then
    unsigned descriptors; // of its first process, when it began to listen
    char address[256];    // HOST:PORT
    char last_words[160]; // the last line of its error output, once it is stopped
};

// A server's whole life, its descendants included.
struct life {
    double cpu_us, faults, switches; // page faults, and switches to another task
    double counted;                  // requests, in the state that they share; NAN: it shares none
    double busiest, idlest; // worker's requests, as multiples of an even share; NAN: nobody counts
};

// Starts a server and waits until it says where it listens. False, and a fault, if it does not; it
// is to be stopped even so. arguments are words; "-": none.
bool server_start(const struct setting *setting, const char *program, const char *arguments,
                  struct server *server, struct measurement *m);

// Stops a server and accounts for it; anything but a clean stop is a fault. What it said on its
// error output goes to the log.
struct life server_stop(const struct setting *setting, struct server *server,
                        struct measurement *m);
