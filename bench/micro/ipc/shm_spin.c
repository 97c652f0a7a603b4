// shm_spin: shared memory, and a word for each direction at which the receiver looks until it
// changes.
//
// Herlihy and Shavit, "The Art of Multiprocessor Programming", ch. 7. No system call at all as long
// as the two run on processors of their own: a message is there as soon as the cache line is. The
// price is a processor that is busy however long it waits. That is why this is a family of its own.
//
// On one core the one that waits keeps the other from running. So it looks TURNS times and then
// calls sched_yield(2) before each further look: never longer than that and a switch per message,
// and it still takes all the time that nobody else wants. What is measured there is sched_yield,
// and those turns. In a stream the sender looks likewise until the area is empty.
//
// Nothing to clean up: the memory has no name.
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/micro/ipc.h"

enum { CACHE_LINE_BYTES = 64 };
enum { TURNS = 100 }; // some microseconds: longer than a message takes to another core

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) atomic_bool full;
};

static struct direction *directions; // by the role that writes into it
static bool is_stream;
static _Thread_local struct direction *in, *out;

static void open_memory(enum traffic traffic)
{
    is_stream = traffic == ONE_WAY;
    directions = map_shared(ROLES * sizeof *directions);
}

static void take_directions(enum role self)
{
    in = &directions[opposite(self)];
    out = &directions[self];
}

// Tells the processor that this is a loop that waits: a hyper-thread beside it then gets more of
// it.
static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void wait_until(atomic_bool *full, bool value)
{
    for (int turn = 0; atomic_load_explicit(full, memory_order_acquire) != value; turn++) {
        if (turn < TURNS)
            pause_briefly();
        else if (sched_yield() < 0)
            err(EXIT_FAILURE, "sched_yield");
    }
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream)
        wait_until(&out->full, false);
    memcpy(out->area, message, bytes);
    atomic_store_explicit(&out->full, true, memory_order_release);
}

static void receive_message(void *message, size_t bytes)
{
    wait_until(&in->full, true);
    memcpy(message, in->area, bytes);
    atomic_store_explicit(&in->full, false, memory_order_release);
}

const struct ipc ipc = {
    .summary = "shared memory; the receiver spins until the message is there, and yields its core "
               "after 100 turns",
    .source = "Herlihy and Shavit ch. 7; sched_yield(2)",
    .family = SPINNING,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
