// shm_posix_sem: shared memory, and a POSIX semaphore for each direction.
//
// UNPv2 ch. 10 and 12, TLPI 49.7 and 53.4. As sysv_shm_sem, with the interfaces that came after it.
// A semaphore is a counter in the shared memory: who finds it above 0 makes no system call, who
// does not waits on a futex.
//
// Nothing to clean up: neither the memory nor a semaphore in it has a name.
#include <err.h>
#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "bench/core/ipc.h"

enum { CACHE_LINE_BYTES = 64 };

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) sem_t semaphore; // counts the messages in the area, 0 or 1
};

static struct direction *directions; // by the role that writes into it
static struct direction *in, *out;

static void open_memory(void)
{
    enum { FOR_PROCESSES = 1 };

    directions = map_shared(ROLES * sizeof *directions);
    if (sem_init(&directions[INITIATOR].semaphore, FOR_PROCESSES, 0) < 0 ||
        sem_init(&directions[PEER].semaphore, FOR_PROCESSES, 0) < 0)
        err(EXIT_FAILURE, "sem_init");
}

static void take_directions(enum role self)
{
    in = &directions[self == INITIATOR ? PEER : INITIATOR];
    out = &directions[self];
}

static void send_message(const void *message, size_t bytes)
{
    memcpy(out->area, message, bytes);
    if (sem_post(&out->semaphore) < 0)
        err(EXIT_FAILURE, "sem_post");
}

static void receive_message(void *message, size_t bytes)
{
    while (sem_wait(&in->semaphore) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sem_wait");
    memcpy(message, in->area, bytes);
}

const struct ipc ipc = {
    .summary = "shared memory, with a POSIX semaphore for each direction to wake the receiver",
    .source = "UNPv2 ch. 10 and 12; TLPI 49.7 and 53.4",
    .family = SHARED,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
