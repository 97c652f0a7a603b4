// sysv_msg: a System V message queue; a message's type is its direction.
//
// UNPv2 ch. 6, TLPI ch. 46. A message is copied twice, into the kernel and out of it, as through a
// pipe, and twice more by the processes, because the type precedes it in the same buffer. Its
// length is limited by kernel.msgmax and kernel.msgmnb, the size of a queue: a stream waits when it
// is full.
//
// The queue does not belong to a process: remove() deletes it, and ipc_run.c calls that when either
// process ends; the other one covers SIGKILL. The queue remains only if both are killed with
// SIGKILL at the same moment, or the first one before it has forked; ipcrm(1) removes it.
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "bench/micro/ipc.h"

static volatile int queue = -1;
static _Thread_local long own_type, other_type; // must not be 0
static _Thread_local struct {
    long type;
    char text[MAX_MESSAGE_BYTES];
} buffer;

static const char *unsupported(void)
{
    // Looks a queue up without creating it: ENOENT is the usual answer.
    return msgget(1, 0) < 0 && errno == ENOSYS ? "this kernel is built without System V IPC" : NULL;
}

static size_t most_bytes(void)
{
    size_t message = kernel_limit("/proc/sys/kernel/msgmax");
    size_t all = kernel_limit("/proc/sys/kernel/msgmnb");

    return message < all ? message : all;
}

static void open_queue(enum traffic traffic)
{
    (void)traffic;
    queue = msgget(IPC_PRIVATE, 0600);
    if (queue < 0)
        err(EXIT_FAILURE, "msgget");
}

static void take_direction(enum role self)
{
    own_type = 1 + (long)self;
    other_type = 1 + (long)opposite(self);
}

static void send_message(const void *message, size_t bytes)
{
    buffer.type = own_type;
    memcpy(buffer.text, message, bytes);
    while (msgsnd(queue, &buffer, bytes, 0) < 0)
        if (errno != EINTR) // SA_RESTART does not restart it
            err(EXIT_FAILURE, "msgsnd");
}

static void receive_message(void *message, size_t bytes)
{
    ssize_t got;

    while ((got = msgrcv(queue, &buffer, bytes, other_type, 0)) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "msgrcv");
    if ((size_t)got != bytes)
        errx(EXIT_FAILURE, "received a message of %zd bytes, not %zu", got, bytes);
    memcpy(message, buffer.text, bytes);
}

static void remove_queue(void)
{
    if (queue >= 0)
        msgctl(queue, IPC_RMID, NULL); // fails if the other end was first
}

const struct ipc ipc = {
    .summary = "one System V message queue, with a message type per direction",
    .source = "UNPv2 ch. 6; TLPI ch. 46",
    .family = MESSAGE,
    .unsupported = unsupported,
    .most_bytes = most_bytes,
    .open = open_queue,
    .take = take_direction,
    .send = send_message,
    .receive = receive_message,
    .remove = remove_queue,
};
