// What the requests share (--state MECHANISM), and what it costs them: a counter and a table of
// 4 KiB. Each request adds one to the counter and to one entry of the table before its last byte
// is echoed, and knows the new count then. In the end the sum over the table is the counter.
//
// A mechanism is one file servers/state/NAME.c, which describes itself with STATE_MECHANISM; it is
// linked into every server and found there. Where a mechanism has to wait, the whole thread waits:
// in a loop, all of its connections.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { STATE_ENTRIES = 4096 / sizeof(uint64_t) };

struct state {
    uint64_t table[STATE_ENTRIES];
    uint64_t counter;
    uint64_t workers; // that have an entry to themselves, where the mechanism gives them one
};

// Who serves requests at the same time, as bits: one thread of one process, which serves everybody;
// threads of one process; processes; processes that share all their memory, thread-local variables
// and errno included (clone_vm).
enum sharers { ONE_THREAD = 1, THREADS = 2, PROCESSES = 4, PROCESSES_IN_ONE_MEMORY = 8 };

struct state_mechanism {
    const char *name;
    unsigned suits;     // a set of sharers
    const char *is_for; // the same in words: "the mechanism is for ..."
    const char *(*unsupported)(
        void); // why this machine cannot run it, or NULL if it can; the member may be NULL
    // Before there are others. What others need they inherit. Fails with a message and exit status
    // 1.
    void (*prepare)(void);
    uint64_t (*add)(void); // by whoever serves a request; returns the new count
    // In the server, when all other processes that served are gone; threads may still be at work.
    // Returns what came of it, or NULL if that is lost. Nothing that outlives the server is left.
    const struct state *(*end)(void);
    bool by_worker; // an entry of the table is what one worker has counted
};

#define STATE_MECHANISM(...)                                                                       \
    static const struct state_mechanism mechanism = {__VA_ARGS__};                                 \
    static const struct state_mechanism *const entry                                               \
        __attribute__((used, section("state_mechanisms"))) = &mechanism

// For mechanisms: memory for a state, all zeros. MAP_SHARED: children share it; MAP_PRIVATE.
struct state *state_map(int flags);

// One request, by whoever is alone with the state.
static inline uint64_t state_add(struct state *s)
{
    s->table[s->counter % STATE_ENTRIES]++;
    return ++s->counter;
}

// One request, by any number at the same time. Killed in between, it leaves a counter that is one
// more than the table's sum.
static inline uint64_t state_add_atomically(struct state *s)
{
    uint64_t before = __atomic_fetch_add(&s->counter, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&s->table[before % STATE_ENTRIES], 1, __ATOMIC_RELAXED);
    return before + 1;
}

uint64_t state_sum(const struct state *s);

// For main: takes the mechanism's name. An unknown one: a message and exit status 2.
void state_choose(const char *name);

// Why the model or this machine cannot do with the mechanism, or NULL; NULL without one.
const char *state_unsupported(void);

// Both do nothing without a mechanism. state_end() says on standard output what was counted (by
// worker: also what each has, of a pool of so many); false, and a message, if it cannot or the
// table does not agree. A server that ends by force, because a client did not leave within its
// grace, does not come to it.
void state_prepare(void);
bool state_end(unsigned workers);
