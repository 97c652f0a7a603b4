// The contract of a model: what every servers/<model>.c defines and what core/main.c does with it.
#pragma once

#include <stdbool.h>

// Who makes progress on several connections; plots colour by it.
enum family { ITERATIVE, PROCESS, THREAD, MULTIPLEXED, PEER };

// How many connections a server serves at the same time: one; as many as -w WORKERS if the kernel's
// hash happens to give each a worker of its own; as many as -w WORKERS; as many as the limits
// allow.
enum capacity { ONE, HASHED, WORKERS, MANY };

// A pool's size unless -w says otherwise, beside plain numbers.
enum { NO_POOL = 0, ONE_PER_CPU = -1 }; // of the processors that the server may use

struct argp; // argp.h's

// What main.c hands to a model.
struct server {
    int listen_fd; // listening, blocking, close-on-exec; accepted sockets inherit TCP_NODELAY from
                   // it
    unsigned workers;      // -w: size of the pool; 0 in models without one
    unsigned max_children; // most processes or threads alive at once, for models that make one per
                           // connection
    const char *work, *poison; // what requests do besides being echoed, in words, for a program
                               // that is executed to serve them; "": nothing
};

struct model {
    const char *summary; // one line: what is concurrent, and who accepts
    const char *source;  // where the model is described
    enum family family;
    enum capacity capacity;
    unsigned clients; // most at once, whatever the limits are; 0: any number
    int workers;      // size of the pool: a number, NO_POOL or ONE_PER_CPU
    bool reuseport;   // more sockets will listen on the same port (listen_beside)
    bool executes;    // another program serves
    bool one_memory;  // its processes share all their memory
    const char *(*unsupported)(
        void); // why this machine cannot run it, or NULL if it can; the member may be NULL
    const struct argp *options;  // the model's own, beside those that all have; may be NULL
    int (*run)(struct server *); // serves until the listener is shut down; the exit status
};

extern const struct model model;
