// shm_spin: shared memory, and a word per direction that the receiver polls until it changes.
//
// Herlihy and Shavit, "The Art of Multiprocessor Programming", ch. 7. No system call as long as the
// two run on different cores: a message arrives with its cache line. The price is a CPU that is
// busy during every wait. That is why this is a family of its own.
//
// On one core a polling receiver keeps the sender from running. So it polls SPINS times and then
// calls sched_yield(2) before each further poll. That limits the delay to those polls and a switch
// per message, and it still uses all idle CPU time. The result on one core is the cost of
// sched_yield and those polls. In a stream the sender polls in the same way until the area is
// empty.
//
// Nothing to clean up: the memory is anonymous.
#include <err.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/micro/ipc.h"

enum { CACHE_LINE_BYTES = 64 };
enum { SPINS = 100 }; // some microseconds: longer than a message takes to another core

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) atomic_bool full;
};

static struct direction *directions; // indexed by the role that writes into it
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

// Tells the CPU that this is a spin loop: its other hyper-thread then gets more resources.
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
        if (turn < SPINS)
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
    .summary = "shared memory; the receiver spins until the message arrives, and yields its core "
               "after 100 polls",
    .source = "Herlihy and Shavit ch. 7; sched_yield(2)",
    .family = SPINNING,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
