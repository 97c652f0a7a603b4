// eventfd: one eventfd per direction, and shared memory for the data.
//
// eventfd(2), TLPI 49.7. An eventfd is an 8-byte counter that a reader can wait for. It announces a
// message; the message itself is in shared memory, copied by the processes as in sysv_shm_sem. One
// system call to announce and one to wait, as with a pipe, but they copy no data. An area has room
// for one message: in a stream a second eventfd tells the sender that the message has been copied
// out.
//
// Nothing to clean up: the memory is anonymous, and an eventfd disappears with the last process
// that has it.
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "bench/micro/ipc.h"

static char *areas[ROLES];
static int full[ROLES];  // each counts the messages in its area, 0 or 1
static int empty[ROLES]; // and each of these the free room; for streams only
static bool is_stream;
static _Thread_local enum role own, other;

static int open_counter(unsigned value)
{
    int counter = eventfd(value, 0);

    if (counter < 0)
        err(EXIT_FAILURE, "eventfd");
    return counter;
}

static void open_objects(enum traffic traffic)
{
    areas[INITIATOR] = map_shared((size_t)ROLES * MAX_MESSAGE_BYTES);
    areas[PEER] = areas[INITIATOR] + MAX_MESSAGE_BYTES;
    is_stream = traffic == ONE_WAY;
    for (int role = 0; role < ROLES; role++) {
        full[role] = open_counter(0);
        empty[role] = open_counter(1);
    }
}

static void take_areas(enum role self)
{
    own = self;
    other = opposite(self);
}

static void add_one(int counter)
{
    const uint64_t one = 1;

    write_all(counter, &one, sizeof one);
}

// Reading resets the counter.
static void take_one(int counter)
{
    uint64_t count;

    read_all(counter, &count, sizeof count);
    if (count != 1)
        errx(EXIT_FAILURE, "an eventfd holds %ju, not 1", (uintmax_t)count);
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream)
        take_one(empty[own]);
    memcpy(areas[own], message, bytes);
    add_one(full[own]);
}

static void receive_message(void *message, size_t bytes)
{
    take_one(full[other]);
    memcpy(message, areas[other], bytes);
    if (is_stream)
        add_one(empty[other]);
}

const struct ipc ipc = {
    .summary = "shared memory, with an eventfd per direction to wake the receiver",
    .source = "eventfd(2); TLPI 49.7",
    .family = SHARED,
    .open = open_objects,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
};
