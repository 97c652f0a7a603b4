// State shared by all requests (--state MECHANISM), to measure what sharing costs: a counter and a
// table of 4 KiB. Each request adds one to the counter and to one table entry before its last byte
// is echoed, and gets the new count. At the end the sum over the table must equal the counter.
//
// A mechanism is one file servers/state/NAME.c that registers itself with STATE_MECHANISM; every
// server links all of them. Where a mechanism waits, the whole thread waits: in an event loop, all
// its connections.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { STATE_ENTRIES = 4096 / sizeof(uint64_t) };

struct state {
    uint64_t table[STATE_ENTRIES];
    uint64_t counter;
    uint64_t workers; // the number of workers with their own entry, if the mechanism gives them one
};

// What serves requests at the same time, as bits: one thread of one process; several threads of one
// process; several processes; processes that share all their memory, including thread-local
// variables and errno (clone_vm).
enum sharers { ONE_THREAD = 1, THREADS = 2, PROCESSES = 4, PROCESSES_SHARING_MEMORY = 8 };

struct state_mechanism {
    const char *name;
    unsigned suits;     // a set of sharers
    const char *is_for; // `suits` in words: "the mechanism is for ..."
    const char *(*unsupported)(
        void); // why this machine cannot run it, or NULL if it can; may be NULL
    // Called before other threads or processes exist, which inherit what they need. On failure:
    // message and exit status 1.
    void (*prepare)(void);
    uint64_t (*add)(void); // called once per request; returns the new count
    // Called in the server after all other serving processes have ended; threads may still be
    // running. Returns the final state, or NULL if it is lost. Removes everything that would
    // outlive the server.
    const struct state *(*end)(void);
    bool by_worker; // each table entry is the count of one worker
};

#define STATE_MECHANISM(...)                                                                       \
    static const struct state_mechanism mechanism = {__VA_ARGS__};                                 \
    static const struct state_mechanism *const entry                                               \
        __attribute__((used, section("state_mechanisms"))) = &mechanism

// For mechanisms: zeroed memory for a state. MAP_SHARED: shared with children; MAP_PRIVATE: not.
struct state *state_map(int flags);

// One request, by code with exclusive access to the state.
static inline uint64_t state_add(struct state *s)
{
    s->table[s->counter % STATE_ENTRIES]++;
    return ++s->counter;
}

// One request, safe for concurrent use. If killed between the two additions, it leaves the counter
// one above the table's sum.
static inline uint64_t state_add_atomically(struct state *s)
{
    uint64_t before = __atomic_fetch_add(&s->counter, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&s->table[before % STATE_ENTRIES], 1, __ATOMIC_RELAXED);
    return before + 1;
}

uint64_t state_sum(const struct state *s);

// For main: selects the mechanism. An unknown name: message and exit status 2.
void state_choose(const char *name);

// Why the model or this machine cannot use the mechanism, or NULL; NULL without a mechanism.
const char *state_unsupported(void);

// Both do nothing without a mechanism. state_end() prints the count (with by_worker: also the count
// of each worker of the pool). It returns false, with a message, if it cannot, or if counter and
// table differ. It is not reached when the server is ended by force because a client did not leave
// in time.
void state_prepare(void);
bool state_end(unsigned workers);
