// shm_futex: shared memory, and a futex for each direction.
//
// futex(2), Drepper's "Futexes Are Tricky". Each direction has an area of its own, and a word that
// says whether a message is in it. A message is copied by the processes, as in sysv_shm_sem. Who
// finds the word as hoped makes no system call: the kernel is asked to wait, and to wake only whom
// the word says to be waiting. In a stream the sender waits likewise until the area is empty.
//
// Nothing to clean up: the memory has no name, and a futex is a word in it.
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

enum { CACHE_LINE_BYTES = 64 };
// EMPTY_AWAITED: and the receiver sleeps or is about to. FULL_AWAITED: and the sender does.
enum { EMPTY, EMPTY_AWAITED, FULL, FULL_AWAITED };

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) _Atomic unsigned state;
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

// Not FUTEX_PRIVATE_FLAG, which is for the threads of one process: where the ends are that, only
// the peer is to be another one, and not the call.
static long futex(_Atomic unsigned *word, int operation, unsigned value)
{
    return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

// Sleeps while the state is this one, and says so by making it `awaited`.
static void wait_while(_Atomic unsigned *state, unsigned this_one, unsigned awaited)
{
    atomic_compare_exchange_strong(state, &this_one, awaited);
    while (atomic_load(state) == awaited)
        // EAGAIN: it has changed just now.
        if (futex(state, FUTEX_WAIT, awaited) < 0 && errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "futex, to wait");
}

static void change(_Atomic unsigned *state, unsigned next, unsigned awaited)
{
    if (atomic_exchange(state, next) == awaited && futex(state, FUTEX_WAKE, 1) < 0)
        err(EXIT_FAILURE, "futex, to wake");
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream)
        wait_while(&out->state, FULL, FULL_AWAITED);
    memcpy(out->area, message, bytes);
    change(&out->state, FULL, EMPTY_AWAITED);
}

static void receive_message(void *message, size_t bytes)
{
    wait_while(&in->state, EMPTY, EMPTY_AWAITED);
    memcpy(message, in->area, bytes);
    change(&in->state, EMPTY, FULL_AWAITED);
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
