// shm_futex: shared memory, and a futex per direction.
//
// futex(2), Drepper's "Futexes Are Tricky". Each direction has an area and a word that says whether
// a message is in it. The processes copy the message, as in sysv_shm_sem. If the word already has
// the awaited value, no system call is made; the kernel is called only to wait, and to wake an end
// that the word marks as waiting. In a stream the sender waits in the same way until the area is
// empty.
//
// Nothing to clean up: the memory is anonymous, and a futex is a word in it.
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
// EMPTY_AWAITED: empty, and the receiver sleeps or is about to. FULL_AWAITED: full, and the sender
// does.
enum { EMPTY, EMPTY_AWAITED, FULL, FULL_AWAITED };

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) _Atomic unsigned state;
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

// Not FUTEX_PRIVATE_FLAG, which is for threads of one process: with a thread as the peer, the call
// must stay the same.
static long futex(_Atomic unsigned *word, int operation, unsigned value)
{
    return syscall(SYS_futex, word, operation, value, NULL, NULL, 0);
}

// Sleeps while the state is this one, after marking it as `awaited`.
static void wait_while(_Atomic unsigned *state, unsigned this_one, unsigned awaited)
{
    atomic_compare_exchange_strong(state, &this_one, awaited);
    while (atomic_load(state) == awaited)
        // EAGAIN: the state has just changed.
        if (futex(state, FUTEX_WAIT, awaited) < 0 && errno != EAGAIN && errno != EINTR)
            err(EXIT_FAILURE, "futex wait");
}

static void change(_Atomic unsigned *state, unsigned next, unsigned awaited)
{
    if (atomic_exchange(state, next) == awaited && futex(state, FUTEX_WAKE, 1) < 0)
        err(EXIT_FAILURE, "futex wake");
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
    .summary = "shared memory, with a futex per direction to wake the receiver",
    .source = "futex(2); Drepper, Futexes Are Tricky",
    .family = SHARED,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
