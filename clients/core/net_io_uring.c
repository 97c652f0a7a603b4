// The io_uring backend: the sends and connects of an iteration enter the kernel in one call, which
// also waits. Each connection has one multishot receive, into provided buffers. An echo costs no
// system call of its own.
#include "clients/core/net.h"

#ifdef HAS_LIBURING
#include "clients/core/clock.h"

#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    RING_ENTRIES = 1024,
    COMPLETION_ENTRIES = 16384,
    BUFFERS = 1024, // a power of two
    BUFFER_BYTES = 4096,
    BUFFER_GROUP = 0,
};

enum operation { CONNECT, RECEIVE, SEND, CLOSE };

struct slot {
    int fd;              // -1: closed
    uint32_t generation; // counts connections, so that results of an earlier one are recognized
};

static struct io_uring ring;
static struct io_uring_buf_ring *buffer_ring;
static unsigned char *buffers;
static struct slot *slots;

static struct io_uring_sqe *request(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    return sqe;
}

static uint64_t tag(unsigned slot, enum operation operation)
{
    return (uint64_t)(slots[slot].generation & 0xffffff) << 40 | (uint64_t)operation << 32 | slot;
}

static void provide(unsigned id)
{
    io_uring_buf_ring_add(buffer_ring, buffers + (size_t)id * BUFFER_BYTES, BUFFER_BYTES,
                          (unsigned short)id, io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(buffer_ring, 1);
}

static const char *open_slots(unsigned count)
{
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = COMPLETION_ENTRIES,
    };
    int problem = io_uring_queue_init_params(RING_ENTRIES, &ring, &parameters);
    if (problem < 0)
        return strerror(-problem);
    slots = calloc(count, sizeof *slots);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    buffers = mmap(NULL, (size_t)BUFFERS * BUFFER_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    buffer_ring =
        mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (!slots || buffers == MAP_FAILED || buffer_ring == MAP_FAILED)
        return strerror(errno);
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)buffer_ring, .ring_entries = BUFFERS, .bgid = BUFFER_GROUP};
    problem = io_uring_register_buf_ring(&ring, &registration, 0);
    if (problem < 0)
        return strerror(-problem);
    io_uring_buf_ring_init(buffer_ring);
    for (unsigned i = 0; i < BUFFERS; i++)
        provide(i);
    for (unsigned i = 0; i < count; i++)
        slots[i].fd = -1;
    return NULL;
}

static int connect_slot(unsigned slot, const struct sockaddr *to, const struct sockaddr *from,
                        socklen_t length)
{
    int fd = net_socket(from, length, to->sa_family, 0);
    if (fd < 0)
        return fd;
    slots[slot].fd = fd;
    slots[slot].generation++;
    struct io_uring_sqe *sqe = request();
    io_uring_prep_connect(sqe, fd, to, length);
    io_uring_sqe_set_data64(sqe, tag(slot, CONNECT));
    return 0;
}

static void receive(unsigned slot)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_recv_multishot(sqe, slots[slot].fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->ioprio |=
        IORING_RECVSEND_POLL_FIRST; // nothing was requested yet, so nothing can have arrived
    sqe->buf_group = BUFFER_GROUP;
    io_uring_sqe_set_data64(sqe, tag(slot, RECEIVE));
}

static void send_slot(unsigned slot, const unsigned char *data, size_t bytes)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_send(sqe, slots[slot].fd, data, bytes, MSG_NOSIGNAL | MSG_WAITALL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, tag(slot, SEND));
}

// The pending receive would keep the socket open: it is cancelled first, with every other request
// on this socket.
static void close_slot(unsigned slot)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_cancel_fd(sqe, slots[slot].fd, IORING_ASYNC_CANCEL_ALL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_HARDLINK;
    io_uring_sqe_set_data64(sqe, tag(slot, CLOSE));
    sqe = request();
    io_uring_prep_close(sqe, slots[slot].fd);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, tag(slot, CLOSE));
    slots[slot].fd = -1;
    slots[slot].generation++;
}

static void serve(const struct io_uring_cqe *cqe, bool (*handle)(const struct net_event *))
{
    unsigned slot = (uint32_t)cqe->user_data;
    enum operation operation = cqe->user_data >> 32 & 0xff;
    bool current = cqe->user_data == tag(slot, operation);
    bool has_buffer = cqe->flags & IORING_CQE_F_BUFFER;
    unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;

    if (current && operation == CONNECT) {
        if (cqe->res == 0)
            receive(slot);
        handle(&(struct net_event){NET_CONNECTED, slot, cqe->res, NULL});
    } else if (current && operation == SEND && cqe->res < 0) {
        handle(&(struct net_event){NET_RECEIVED, slot, cqe->res, NULL});
    } else if (current && operation == RECEIVE) {
        bool passing = cqe->res == -ENOBUFS || cqe->res == -EINTR || cqe->res == -EAGAIN;
        if (!(cqe->flags & IORING_CQE_F_MORE) && (cqe->res > 0 || passing))
            receive(slot);
        if (!passing)
            handle(&(struct net_event){NET_RECEIVED, slot, cqe->res,
                                       has_buffer ? buffers + (size_t)id * BUFFER_BYTES : NULL});
    }
    if (has_buffer)
        provide(id);
}

static void wait_events(uint64_t until_ns, bool (*handle)(const struct net_event *))
{
    struct timespec left = timespec_of_ns(ns_until(until_ns));
    struct __kernel_timespec timeout = {.tv_sec = left.tv_sec, .tv_nsec = left.tv_nsec};
    struct io_uring_cqe *cqe;
    io_uring_submit_and_wait_timeout(&ring, &cqe, 1, &timeout, NULL);
    unsigned head, seen = 0;
    io_uring_for_each_cqe(&ring, head, cqe)
    {
        serve(cqe, handle);
        seen++;
    }
    io_uring_cq_advance(&ring, seen);
}

const struct net net_io_uring = {"io_uring", true,       open_slots, connect_slot,
                                 send_slot,  close_slot, wait_events};

#else
static const char *open_slots(unsigned count)
{
    (void)count;
    return "this build lacks liburing 2.3 (install liburing-dev, then make again)";
}

const struct net net_io_uring = {.name = "io_uring", .one_thread = true, .open = open_slots};
#endif
