// The threads backend: a plain blocking client. Each slot has a thread that connects, sends and
// receives on a blocking socket, so an echo costs one send and one receive.
//
// One mutex protects everything, the engine's data included. The engine's thread holds it except
// while it sleeps in wait(). A slot's thread takes it when something has arrived, and calls the
// handler itself: no event is handed from thread to thread. It gives it up for every call that may
// block, and for sending.
//
// No send blocks, because the server may be waiting until this client receives. What a socket does
// not accept at once is sent by the engine's thread, in wait(), while the slot's thread receives.
#include "clients/core/clock.h"
#include "clients/core/net.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    RECEIVE_BYTES = 65536,
    STACK_BYTES = 2 * RECEIVE_BYTES, // the buffer, and room for the handler
    SHUT_AGAIN_NS = 1000000,
};

struct slot {
    int fd;              // -1: closed
    int called_fd;       // of the call that its thread is in, which may block; -1: none
    uint32_t generation; // counts connections, so that events of an earlier one are recognized
    const struct sockaddr *to;
    socklen_t length;
    const unsigned char *data; // not yet sent
    size_t bytes;
    pthread_cond_t opened;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned slot_count;
static struct slot *slots;
static struct pollfd *polled; // the first: wake_fd
static int wake_fd;           // ends the sleep of the engine's thread
static bool awake;            // that was requested
static bool any_rest;         // some slots have bytes for the engine's thread to send
static unsigned closing;      // threads still in a call on a closed slot's socket
static bool (*handler)(const struct net_event *event);

static void wake(void)
{
    if (!awake)
        eventfd_write(wake_fd, 1);
    awake = true;
}

// Sends what the socket accepts without blocking. Returns how much; all of it after a failure,
// which also shows in the next receive.
static size_t send_some(int fd, const unsigned char *data, size_t bytes)
{
    ssize_t n = send(fd, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN ? 0 : bytes;
    return (size_t)n;
}

// ---- the slots' threads ----

// Every call that may block is between these two. The second returns false if the slot was closed
// meanwhile.
static int begin_call(struct slot *s)
{
    int fd = s->called_fd = s->fd;
    pthread_mutex_unlock(&mutex);
    return fd;
}

static bool end_call(struct slot *s, uint32_t generation)
{
    pthread_mutex_lock(&mutex);
    int fd = s->called_fd;
    s->called_fd = -1;
    if (s->generation == generation)
        return true;
    close(fd);
    if (--closing == 0)
        wake();
    return false;
}

// Reports an event. Returns whether the slot is still open.
static bool pass_event(struct slot *s, enum net_event_kind kind, ssize_t result,
                       const unsigned char *data)
{
    uint32_t generation = s->generation;
    if (handler(&(struct net_event){kind, (unsigned)(s - slots), result, data}))
        wake();
    return s->generation == generation;
}

// What the socket did not accept is sent by the engine's thread: this one is going to receive.
static void leave_rest(struct slot *s, uint32_t generation, const unsigned char *data, size_t bytes)
{
    pthread_mutex_lock(&mutex);
    if (s->generation == generation) {
        s->data = data;
        s->bytes = bytes;
        any_rest = true;
        wake();
    }
    pthread_mutex_unlock(&mutex);
}

// Sends the message that the handler has queued, if any, and receives. Returns whether the slot is
// still open.
static bool send_and_receive(struct slot *s, unsigned char *buffer, ssize_t *result)
{
    const unsigned char *data = s->data;
    size_t bytes = s->bytes;
    uint32_t generation = s->generation;
    s->bytes = 0;
    int fd = begin_call(s);
    size_t sent = bytes ? send_some(fd, data, bytes) : 0;
    if (sent < bytes)
        leave_rest(s, generation, data + sent, bytes - sent);
    while ((*result = recv(fd, buffer, RECEIVE_BYTES, 0)) < 0 && errno == EINTR)
        ;
    if (*result < 0)
        *result = -errno;
    return end_call(s, generation);
}

// From connecting until the slot is closed, by the handler or by the engine's thread.
static void serve_connection(struct slot *s)
{
    unsigned char buffer[RECEIVE_BYTES];
    uint32_t generation = s->generation;
    const struct sockaddr *to = s->to;
    socklen_t length = s->length;
    ssize_t result = connect(begin_call(s), to, length) < 0 ? -errno : 0;
    bool is_open = end_call(s, generation) && pass_event(s, NET_CONNECTED, result, NULL);
    while (is_open)
        is_open =
            send_and_receive(s, buffer, &result) && pass_event(s, NET_RECEIVED, result, buffer);
}

static void *serve_slot(void *argument)
{
    struct slot *s = argument;
    pthread_mutex_lock(&mutex);
    for (;;) {
        while (s->fd < 0)
            pthread_cond_wait(&s->opened, &mutex);
        serve_connection(s);
    }
    return NULL;
}

// ---- the engine's thread, or the slot's own in the handler: the mutex is held ----

static const char *start_threads(void)
{
    static char problem[160];
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (unsigned i = 0; i < slot_count; i++) {
        int error = pthread_create(&thread, &attributes, serve_slot, &slots[i]);
        if (!error)
            continue;
        snprintf(problem, sizeof problem,
                 "cannot start thread %u of %u: %s (use fewer connections, or raise ulimit -u, "
                 "kernel.threads-max and pids.max)",
                 i + 1, slot_count, strerror(error));
        return problem;
    }
    pthread_attr_destroy(&attributes);
    return NULL;
}

static const char *open_slots(unsigned count)
{
    slot_count = count;
    slots = calloc(count, sizeof *slots);
    polled = calloc(count + 1, sizeof *polled);
    wake_fd = eventfd(0, EFD_CLOEXEC);
    if (!slots || !polled || wake_fd < 0)
        return strerror(errno);
    polled[0] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
    for (unsigned i = 0; i < count; i++) {
        slots[i].fd = slots[i].called_fd = -1;
        pthread_cond_init(&slots[i].opened, NULL);
    }
    pthread_mutex_lock(&mutex);
    return start_threads();
}

static int connect_slot(unsigned slot, const struct sockaddr *to, const struct sockaddr *from,
                        socklen_t length)
{
    struct slot *s = &slots[slot];
    int fd = net_socket(from, length, to->sa_family, 0);
    if (fd < 0)
        return fd;
    s->fd = fd;
    s->to = to;
    s->length = length;
    pthread_cond_signal(&s->opened);
    return 0;
}

static void send_rest(struct slot *s)
{
    size_t sent = send_some(s->fd, s->data, s->bytes);
    s->data += sent;
    s->bytes -= sent;
}

// While the slot's thread receives, the engine's thread sends. In the handler the message is only
// queued: the slot's thread sends it once it has given up the mutex.
static void send_slot(unsigned slot, const unsigned char *data, size_t bytes)
{
    struct slot *s = &slots[slot];
    s->data = data;
    s->bytes = bytes;
    if (s->called_fd >= 0) {
        send_rest(s);
        any_rest = any_rest || s->bytes;
    }
}

// A call in progress keeps its socket open. So the thread in the call closes it, once wait() has
// ended the call. The engine's thread may be in ppoll for the rest of a message: shutdown ends
// that.
static void close_slot(unsigned slot)
{
    struct slot *s = &slots[slot];
    if (s->bytes)
        shutdown(s->fd, SHUT_RDWR);
    if (s->called_fd == s->fd)
        closing++;
    else
        close(s->fd);
    s->fd = -1;
    s->bytes = 0;
    s->generation++;
}

// Ends the calls on the sockets of closed slots. It is repeated, because a thread may not yet have
// entered its call.
static void shut_closed(void)
{
    for (unsigned i = 0; i < slot_count; i++)
        if (slots[i].called_fd >= 0 && slots[i].called_fd != slots[i].fd)
            shutdown(slots[i].called_fd, SHUT_RDWR);
}

// The slots with a rest, to wait until they can be written to. Returns the number of entries.
static nfds_t poll_rests(void)
{
    nfds_t count = 1;
    for (unsigned i = 0; i < slot_count && any_rest; i++)
        if (slots[i].bytes)
            polled[count++] = (struct pollfd){.fd = slots[i].fd, .events = POLLOUT};
    any_rest = count > 1;
    return count;
}

static void send_rests(void)
{
    for (unsigned i = 0; i < slot_count && any_rest; i++)
        if (slots[i].bytes)
            send_rest(&slots[i]);
}

static void sleep_until(uint64_t until_ns)
{
    struct timespec timeout = timespec_of_ns(ns_until(until_ns));
    nfds_t count = poll_rests();
    pthread_mutex_unlock(&mutex);
    ppoll(polled, count, &timeout, NULL);
    pthread_mutex_lock(&mutex);
    eventfd_t wakes;
    if (awake)
        eventfd_read(wake_fd, &wakes);
    awake = false;
    send_rests();
}

// No call on a closed slot's socket outlasts this: the engine may free the messages of closed
// slots.
static void wait_events(uint64_t until_ns, bool (*handle)(const struct net_event *event))
{
    handler = handle;
    do {
        if (closing)
            shut_closed();
        sleep_until(closing ? now_ns() + SHUT_AGAIN_NS : until_ns);
    } while (closing);
}

const struct net net_threads = {"threads", false,      open_slots, connect_slot,
                                send_slot, close_slot, wait_events};
