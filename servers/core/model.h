// The interface of a model: what every servers/<model>.c defines and core/main.c calls.
#pragma once

#include <stdbool.h>

// What makes progress on several connections at once; plots use it for colours.
enum family { ITERATIVE, PROCESS, THREAD, MULTIPLEXED, PEER };

// How many connections a server serves at the same time: one; up to -w WORKERS, if the kernel's
// hash happens to give each its own worker; -w WORKERS; as many as the limits allow.
enum capacity { ONE, HASHED, WORKERS, MANY };

// The default size of a pool, besides plain numbers.
enum { NO_POOL = 0, ONE_PER_CPU = -1 }; // of the CPUs that the server may use

struct argp; // argp.h's

// What main.c hands to a model.
struct server {
    // Listening, blocking, close-on-exec; accepted sockets inherit TCP_NODELAY from it.
    int listen_fd;
    unsigned workers; // -w: size of the pool; 0 in models without one
    // Most processes or threads alive at once, in models with one per connection.
    unsigned max_children;
    bool refuses; // what comes beyond max_children is closed; it does not wait
    // What requests do besides echoing, as option text for an executed program; "": nothing.
    const char *work, *poison;
};

struct model {
    const char *summary; // one line: what is concurrent, and who accepts
    const char *source;  // where the model is described
    enum family family;
    enum capacity capacity;
    unsigned clients;   // the maximum by design, whatever the limits are; 0: no maximum
    int workers;        // size of the pool: a number, NO_POOL or ONE_PER_CPU
    bool threads;       // a loop whose pool is of threads
    bool reuseport;     // the model opens more listeners on the same port (open_listeners)
    bool executes;      // another program serves
    bool shares_memory; // its processes share all their memory
    bool confines;      // its processes have their connection and nothing else
    const char *(*unsupported)(
        void);                   // why this machine cannot run it, or NULL if it can; may be NULL
    const struct argp *options;  // the model's own options, besides the common ones; may be NULL
    int (*run)(struct server *); // serves until the listener is shut down; returns the exit status
};

extern const struct model model;

// Whether its workers are threads, and not processes.
static inline bool has_threads(void)
{
    return model.family == THREAD || model.threads;
}
