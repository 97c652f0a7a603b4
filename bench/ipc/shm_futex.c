// shm_futex: shared memory, and a futex for each direction.
//
// futex(2), Drepper's "Futexes Are Tricky". Each direction has an area of its own, and a word that
// says whether a message is in it. A message is copied by the processes, as in sysv_shm_sem. Who
// finds the word as hoped makes no system call: the kernel is asked to wait, and to wake only whom
// the word says to be waiting.
//
// Nothing to clean up: the memory has no name, and a futex is a word in it.
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/core/ipc.h"

enum { CACHE_LINE_BYTES = 64 };
enum { EMPTY, AWAITED, FULL }; // AWAITED: empty, and the receiver sleeps or is about to

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) _Atomic unsigned state;
};

static struct direction *directions; // by the role that writes into it
static struct direction *in, *out;

static void open_memory(void)
{
    directions = map_shared(ROLES * sizeof *directions);
}

static void take_directions(enum role self)
{
    in = &directions[self == INITIATOR ? PEER : INITIATOR];
    out = &directions[self];
}

// Not FUTEX_PRIVATE_FLAG, which is for the threads of one process.
static long futex(_Atomic unsigned *word, int operation, unsigned value)
{
    return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

static void send_message(const void *message, size_t bytes)
{
    memcpy(out->area, message, bytes);
    if (atomic_exchange(&out->state, FULL) == AWAITED && futex(&out->state, FUTEX_WAKE, 1) < 0)
        err(EXIT_FAILURE, "futex, to wake");
}

static void receive_message(void *message, size_t bytes)
{
    unsigned seen = EMPTY;

    atomic_compare_exchange_strong(&in->state, &seen, AWAITED);
    while (atomic_load(&in->state) != FULL)
        // EAGAIN: the message came just now.
        if (futex(&in->state, FUTEX_WAIT, AWAITED) < 0 && errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "futex, to wait");
    atomic_store(&in->state, EMPTY);
    memcpy(message, in->area, bytes);
}

const struct ipc ipc = {
    .summary = "shared memory, with a futex for each direction to wake the receiver",
    .source = "futex(2); Drepper, Futexes Are Tricky",
    .family = SHARED,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
