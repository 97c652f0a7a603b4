// shm_posix_sem: shared memory, and a POSIX semaphore per direction.
//
// UNPv2 ch. 10 and 12, TLPI 49.7 and 53.4. Like sysv_shm_sem, with the newer interfaces. A
// semaphore is a counter in the shared memory: if it is above 0, no system call is made; otherwise
// the receiver waits on a futex. The semaphores are process-shared even between threads, so that
// only the peer changes, not the mechanism.
//
// Nothing to clean up: the memory is anonymous, and so are its semaphores.
#include <err.h>
#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/micro/ipc.h"

enum { CACHE_LINE_BYTES = 64 };

struct direction {
    _Alignas(CACHE_LINE_BYTES) char area[MAX_MESSAGE_BYTES];
    _Alignas(CACHE_LINE_BYTES) sem_t full;  // counts the messages in the area, 0 or 1
    _Alignas(CACHE_LINE_BYTES) sem_t empty; // and the free room; for streams only
};

static struct direction *directions; // indexed by the role that writes into it
static bool is_stream;
static _Thread_local struct direction *in, *out;

static void open_memory(enum traffic traffic)
{
    enum { FOR_PROCESSES = 1 };

    is_stream = traffic == ONE_WAY;
    directions = map_shared(ROLES * sizeof *directions);
    for (int role = 0; role < ROLES; role++)
        if (sem_init(&directions[role].full, FOR_PROCESSES, 0) < 0 ||
            sem_init(&directions[role].empty, FOR_PROCESSES, 1) < 0)
            err(EXIT_FAILURE, "sem_init");
}

static void take_directions(enum role self)
{
    in = &directions[opposite(self)];
    out = &directions[self];
}

static void add_one(sem_t *semaphore)
{
    if (sem_post(semaphore) < 0)
        err(EXIT_FAILURE, "sem_post");
}

static void take_one(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sem_wait");
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream)
        take_one(&out->empty);
    memcpy(out->area, message, bytes);
    add_one(&out->full);
}

static void receive_message(void *message, size_t bytes)
{
    take_one(&in->full);
    memcpy(message, in->area, bytes);
    if (is_stream)
        add_one(&in->empty);
}

const struct ipc ipc = {
    .summary = "shared memory, with a POSIX semaphore per direction to wake the receiver",
    .source = "UNPv2 ch. 10 and 12; TLPI 49.7 and 53.4",
    .family = SHARED,
    .open = open_memory,
    .take = take_directions,
    .send = send_message,
    .receive = receive_message,
};
