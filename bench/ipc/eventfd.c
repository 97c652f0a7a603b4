// eventfd: one eventfd for each direction, and shared memory for what it cannot carry.
//
// eventfd(2), TLPI 49.7. An eventfd is a counter of 8 bytes that a reader can wait for: it says
// that there is a message, and the message is in the shared memory, copied by the processes as in
// sysv_shm_sem. A system call to tell and one to wait, as with a pipe, but nothing to copy in them.
//
// Nothing to clean up: the memory has no name, and an eventfd goes with the last process that has
// it.
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "bench/core/ipc.h"

static int counters[ROLES]; // each counts the messages in its area, 0 or 1
static char *areas[ROLES];
static enum role own, other;

static void open_objects(void)
{
    areas[INITIATOR] = map_shared((size_t)ROLES * MAX_MESSAGE_BYTES);
    areas[PEER] = areas[INITIATOR] + MAX_MESSAGE_BYTES;
    counters[INITIATOR] = eventfd(0, 0);
    counters[PEER] = eventfd(0, 0);
    if (counters[INITIATOR] < 0 || counters[PEER] < 0)
        err(EXIT_FAILURE, "eventfd");
}

static void take_areas(enum role self)
{
    own = self;
    other = self == INITIATOR ? PEER : INITIATOR;
}

static void send_message(const void *message, size_t bytes)
{
    const uint64_t one = 1;

    memcpy(areas[own], message, bytes);
    write_all(counters[own], &one, sizeof one);
}

static void receive_message(void *message, size_t bytes)
{
    uint64_t messages;

    read_all(counters[other], &messages, sizeof messages);
    if (messages != 1)
        errx(EXIT_FAILURE, "%ju messages came, not one", (uintmax_t)messages);
    memcpy(message, areas[other], bytes);
}

const struct ipc ipc = {
    .summary = "shared memory, with an eventfd for each direction to wake the receiver",
    .source = "eventfd(2); TLPI 49.7",
    .family = SHARED,
    .open = open_objects,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
};
