// posix_mq: one POSIX message queue per direction.
//
// UNPv2 ch. 5, TLPI ch. 52. A message is copied twice, into the kernel and out of it, as through a
// pipe. The receiver copies it once more: its buffer must fit the longest message that the queue
// accepts. That is fs.mqueue.msgsize_max, also for root, which the kernel may let exceed it. A
// queue has room for one message; in a stream for the default number, fs.mqueue.msg_default.
//
// A queue is a descriptor and disappears with the last process that has it; its name is removed as
// soon as the queue exists. If SIGKILL hits between these two calls, an empty queue /forklore-PID
// remains.
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

static mqd_t queues[ROLES];
static _Thread_local mqd_t in, out;
static _Thread_local char buffer[MAX_MESSAGE_BYTES];

static const char *unsupported(void)
{
    // Looks a queue up without creating it: ENOENT is the usual answer.
    return mq_open("/forklore", O_RDONLY) < 0 && errno == ENOSYS
               ? "this kernel is built without POSIX message queues"
               : NULL;
}

static size_t most_bytes(void)
{
    size_t limit = kernel_limit("/proc/sys/fs/mqueue/msgsize_max");

    return limit < MAX_MESSAGE_BYTES ? limit : MAX_MESSAGE_BYTES;
}

static size_t default_messages(void)
{
    size_t usual = kernel_limit("/proc/sys/fs/mqueue/msg_default");
    size_t most = kernel_limit("/proc/sys/fs/mqueue/msg_max");

    return usual < most ? usual : most;
}

static mqd_t open_queue(size_t messages)
{
    struct mq_attr attributes = {.mq_maxmsg = (long)messages, .mq_msgsize = (long)most_bytes()};
    char name[64];

    snprintf(name, sizeof name, "/forklore-%d", (int)getpid());
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    if (queue < 0)
        err(EXIT_FAILURE, "mq_open %s", name);
    if (mq_unlink(name) < 0)
        err(EXIT_FAILURE, "mq_unlink %s", name);
    return queue;
}

static void open_queues(enum traffic traffic)
{
    queues[INITIATOR] = open_queue(traffic == ONE_WAY ? default_messages() : 1);
    queues[PEER] = open_queue(1);
}

static void take_queues(enum role self)
{
    in = queues[opposite(self)];
    out = queues[self];
}

static void send_message(const void *message, size_t bytes)
{
    while (mq_send(out, message, bytes, 0) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "mq_send");
}

static void receive_message(void *message, size_t bytes)
{
    ssize_t got;

    while ((got = mq_receive(in, buffer, sizeof buffer, NULL)) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "mq_receive");
    if ((size_t)got != bytes)
        errx(EXIT_FAILURE, "received a message of %zd bytes, not %zu", got, bytes);
    memcpy(message, buffer, bytes);
}

const struct ipc ipc = {
    .summary = "two POSIX message queues, one per direction",
    .source = "UNPv2 ch. 5; TLPI ch. 52",
    .family = MESSAGE,
    .unsupported = unsupported,
    .most_bytes = most_bytes,
    .open = open_queues,
    .take = take_queues,
    .send = send_message,
    .receive = receive_message,
};
