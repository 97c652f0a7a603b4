#include "servers/core/io_uring_loop.h"

#ifdef HAS_LIBURING
#include "servers/core/chunk.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <liburing.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { RING_ENTRIES = 1024, COMPLETION_ENTRIES = 8192, MAX_CONNECTIONS = 65536 };

// What --ring can choose.
static const struct variant {
    const char *name;
    unsigned flags;      // of io_uring_setup
    bool keeps_no_files; // connections are descriptors, which the kernel looks up for each request
    bool submits_later;  // a thread of the kernel takes the requests, at any time
    bool copies_nothing; // the kernel sends from the buffer that it received into
} variants[] = {
    {.name = "deferred", .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN},
    {.name = "cooperative", .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN},
    {.name = "interrupting", .flags = IORING_SETUP_SINGLE_ISSUER},
    {.name = "descriptors",
     .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
     .keeps_no_files = true},
    {.name = "sqpoll",
     .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF,
     .submits_later = true},
    {.name = "zero_copy",
     .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
     .copies_nothing = true},
};
static const struct variant *variant = variants;

// The operation that a completion belongs to; kept in the low bits of the connection's address, or
// of the chunk's for ZERO_COPY.
enum operation { ACCEPT, RECEIVE, SEND, SEND_COMPLETED, ZERO_COPY, IGNORED, OPERATION_MASK = 7 };

struct connection {
    LIST_ENTRY(connection) others;
    struct echo echo; // for the first chunk; its request state follows the last bytes received
    unsigned file;    // its index in the ring's table of registered files, or its descriptor
    int last_result;  // of the receive request, once it has ended: 0 or a negative errno
    bool receiving, sending; // a request for it is in the kernel
    bool ended, stalled;     // the peer sends no more; the peer does not accept its bytes
    bool starved;            // found no provided buffer to receive into
    bool fell_short;         // the last send was short: send_result is its result
    int send_result;
    struct connection *next_starved, *next_sent;
    struct chunk_queue chunks;
};

static struct io_uring ring;
static LIST_HEAD(connection_list,
                 connection)
    connections; // without the list, only the kernel would know the idle connections
static struct connection *starved,
    *sent; // lists: waiting for a provided buffer; sent to since the last iteration

static struct io_uring_sqe *request(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    return sqe;
}

static void tag(struct io_uring_sqe *sqe, const void *of, enum operation operation)
{
    io_uring_sqe_set_data64(sqe, (uintptr_t)of | operation);
}

static void accept_all(int listen_fd)
{
    struct io_uring_sqe *sqe = request();
    if (variant->keeps_no_files)
        io_uring_prep_multishot_accept(sqe, listen_fd, NULL, NULL, SOCK_CLOEXEC);
    else
        io_uring_prep_multishot_accept_direct(sqe, listen_fd, NULL, NULL, 0);
    tag(sqe, NULL, ACCEPT);
}

static unsigned char file_flag(void)
{
    return variant->keeps_no_files ? 0 : IOSQE_FIXED_FILE;
}

static void receive(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_recv_multishot(sqe, (int)c->file, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT | file_flag();
    sqe->buf_group = BUFFER_GROUP;
    tag(sqe, c, RECEIVE);
    c->receiving = true;
}

static void stop_receiving(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_cancel64(sqe, (uintptr_t)c | RECEIVE, 0);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    tag(sqe, c, IGNORED);
}

static void close_file(unsigned file)
{
    struct io_uring_sqe *sqe = request();
    if (variant->keeps_no_files)
        io_uring_prep_close(sqe, (int)file);
    else
        io_uring_prep_close_direct(sqe, file);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    tag(sqe, NULL, IGNORED);
}

// Turns the request into a zero-copy send. Its chunk may outlive the connection.
static void send_without_copy(struct io_uring_sqe *sqe, struct connection *c)
{
    struct chunk *chunk = c->chunks.first;
    sqe->opcode = IORING_OP_SEND_ZC;
    tag(sqe, chunk, ZERO_COPY);
    chunk->sender = c;
    chunk->sends++;
}

// A peer that keeps up accepts all its bytes at once, when the request enters the kernel. Only a
// short send produces a completion (see settle_sends()). A stalled peer's request waits in the
// kernel until everything is sent: it has a completion, and so has one that enters the kernel at
// any time.
static void send_first(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    bool completes = c->stalled || variant->submits_later || variant->copies_nothing;
    io_uring_prep_send(sqe, (int)c->file, c->chunks.first->data + c->echo.start,
                       c->echo.end - c->echo.start,
                       MSG_NOSIGNAL | MSG_WAITALL | (c->stalled ? 0 : MSG_DONTWAIT));
    sqe->flags |= file_flag();
    tag(sqe, c, completes ? SEND_COMPLETED : SEND);
    c->sending = true;
    if (variant->copies_nothing)
        send_without_copy(sqe, c);
    if (completes)
        return;
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    c->next_sent = sent;
    sent = c;
}

// The peer does not accept its bytes: queued data moves to the heap, and nothing more is received
// until it is sent.
static void stall(struct connection *c)
{
    struct chunk *queued = c->chunks.first;
    c->stalled = true;
    c->chunks.first = NULL;
    while (queued) {
        struct chunk *next = queued->next, *kept = chunk_move_to_heap(queued);
        if (kept)
            chunk_append(&c->chunks, kept);
        else
            echo_advance(&c->echo, -ENOMEM);
        queued = next;
    }
    if (c->receiving)
        stop_receiving(c);
}

// Ends a connection once the kernel holds no request for it.
static void finish(struct connection *c)
{
    if (c->receiving && !c->ended) {
        c->ended = true;
        stop_receiving(c);
    }
    if (c->receiving || c->sending || c->starved)
        return;
    while (c->chunks.first)
        chunk_release(chunk_take_first(&c->chunks));
    close_file(c->file);
    LIST_REMOVE(c, others);
    free(c);
}

// Queues whatever the connection needs next.
static void go_on(struct connection *c)
{
    if (c->sending)
        return;
    if (echo_next(&c->echo) == ECHO_READ) {
        if (c->chunks.first)
            echo_advance(&c->echo, (ssize_t)c->chunks.first->bytes);
        else if (c->ended)
            echo_advance(&c->echo, c->last_result);
        else
            c->stalled = false;
    }
    if (echo_next(&c->echo) == ECHO_WRITE)
        send_first(c);
    else if (echo_next(&c->echo) == ECHO_CLOSE)
        finish(c);
    else if (!c->receiving && !c->starved)
        receive(c);
}

static void on_accept(unsigned file)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        complain(ENOMEM, "connection dropped");
        close_file(file);
        return;
    }
    c->file = file;
    LIST_INSERT_HEAD(&connections, c, others);
    go_on(c);
}

static void on_receive(struct connection *c, int result, unsigned flags)
{
    c->receiving = flags & IORING_CQE_F_MORE;
    if (flags & IORING_CQE_F_BUFFER) {
        struct chunk *chunk =
            chunk_received(flags >> IORING_CQE_BUFFER_SHIFT, result > 0 ? (size_t)result : 0);
        requests_received(&c->echo.request, chunk->data, chunk->bytes);
        if (!chunk->bytes)
            chunk_release(chunk);
        else if (!c->stalled || (chunk = chunk_move_to_heap(chunk)))
            chunk_append(&c->chunks, chunk);
        else
            result = -ENOMEM;
    }
    if (result == -ENOBUFS) {
        c->starved = true;
        c->next_starved = starved;
        starved = c;
    } else if (result <= 0 && result != -ECANCELED && result != -EINTR && result != -EAGAIN) {
        c->ended = true;
        c->last_result = result;
    }
    go_on(c);
}

static void on_send(struct connection *c, int result)
{
    c->sending = false;
    echo_advance(&c->echo, result);
    if (echo_next(&c->echo) == ECHO_READ)
        chunk_release(chunk_take_first(&c->chunks));
    else if (echo_next(&c->echo) == ECHO_WRITE && !c->stalled)
        stall(c);
    go_on(c);
}

// The first completion of a zero-copy send is its result. If a second one follows, it says that the
// kernel no longer reads the data.
static void on_zero_copy(struct chunk *chunk, const struct io_uring_cqe *cqe)
{
    struct connection *c = chunk->sender;
    if (!(cqe->flags & IORING_CQE_F_MORE))
        chunk_sent(chunk);
    if (!(cqe->flags & IORING_CQE_F_NOTIF))
        on_send(c, cqe->res);
}

// Finishes sends that have entered the kernel. Without a completion, all bytes were sent.
static void settle_sends(struct connection *c)
{
    while (c) {
        struct connection *next = c->next_sent;
        int result = c->fell_short ? c->send_result : (int)(c->echo.end - c->echo.start);
        c->fell_short = false;
        on_send(c, result);
        c = next;
    }
}

static void feed_starved(void)
{
    struct connection *waiting = starved;
    starved = NULL;
    while (waiting) {
        struct connection *next = waiting->next_starved;
        waiting->starved = false;
        go_on(waiting);
        waiting = next;
    }
}

// The last of the server's CPUs. Some kernels would let the polling thread run on any, also on the
// client's.
static unsigned polling_cpu(void)
{
    cpu_set_t cpus;
    unsigned cpu = CPU_SETSIZE;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        return 0;
    while (!CPU_ISSET(--cpu, &cpus))
        ;
    return cpu;
}

static int set_up(void)
{
    struct io_uring_params parameters = {
        .flags = variant->flags | IORING_SETUP_CQSIZE,
        .cq_entries = COMPLETION_ENTRIES,
        .sq_thread_cpu = polling_cpu(),
    };
    return io_uring_queue_init_params(RING_ENTRIES, &ring, &parameters);
}

const char *io_uring_loop_unsupported(void)
{
    int problem = set_up();
    if (problem == -EINVAL)
        return "this kernel's io_uring lacks multishot receive and deferred task work (Linux 6.1)";
    if (problem < 0)
        return problem == -ENOSYS ? "this kernel has no io_uring"
                                  : "io_uring is not permitted here";
    struct io_uring_probe *probe = io_uring_get_probe_ring(&ring);
    bool lacks_zero_copy = probe && !io_uring_opcode_supported(probe, IORING_OP_SEND_ZC);
    io_uring_free_probe(probe);
    io_uring_queue_exit(&ring);
    return variant->copies_nothing && lacks_zero_copy
               ? "this kernel's io_uring has no zero-copy send"
               : NULL;
}

// Whether a connection in `sent` has more to do as soon as its send is settled.
static bool some_go_on(void)
{
    for (const struct connection *c = sent; c; c = c->next_sent)
        if (c->chunks.first->next || c->ended)
            return true;
    return false;
}

// Submits the queued requests and waits for a completion. Returns the connections whose sends are
// settled by that.
static struct connection *submit_and_wait(void)
{
    int submitted = io_uring_submit_and_wait(&ring, some_go_on() ? 0 : 1);
    if (submitted < 0 && submitted != -EINTR && submitted != -EBUSY && submitted != -EAGAIN)
        errx(1, "io_uring_submit_and_wait: %s", strerror(-submitted));
    struct connection *done = sent;
    if (io_uring_sq_ready(&ring)) // some requests were not submitted: the completion queue is full
        return NULL;
    sent = NULL;
    return done;
}

// False if the server has to stop.
static bool handle(int listen_fd, const struct io_uring_cqe *cqe)
{
    void *of = (void *)(uintptr_t)(cqe->user_data & ~(__u64)OPERATION_MASK);
    struct connection *c = of;
    switch ((enum operation)(cqe->user_data & OPERATION_MASK)) {
    case ACCEPT:
        if (cqe->res >= 0)
            on_accept((unsigned)cqe->res);
        else if (!accept_again(-cqe->res))
            return false;
        if (!(cqe->flags & IORING_CQE_F_MORE))
            accept_all(listen_fd);
        break;
    case RECEIVE:
        on_receive(c, cqe->res, cqe->flags);
        break;
    case SEND:
        c->fell_short = true;
        c->send_result = cqe->res;
        break;
    case SEND_COMPLETED:
        on_send(c, cqe->res);
        break;
    case ZERO_COPY:
        on_zero_copy(of, cqe);
        break;
    case IGNORED: // a cancel that came too late
    default:
        break;
    }
    return true;
}

// Registers what the kernel would otherwise look up on each call: the ring itself, and the
// connections, which then never become descriptors of the process.
static void register_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        err(1, "getrlimit");
    unsigned most = files.rlim_cur < MAX_CONNECTIONS ? (unsigned)files.rlim_cur : MAX_CONNECTIONS;
    int problem = variant->keeps_no_files ? 0 : io_uring_register_files_sparse(&ring, most);
    if (problem == 0)
        problem = io_uring_register_ring_fd(&ring);
    if (problem < 0)
        errx(1, "io_uring_register: %s", strerror(-problem));
}

int io_uring_loop(int listen_fd)
{
    int problem = set_up();
    if (problem < 0)
        errx(1, "io_uring_queue_init: %s", strerror(-problem));
    register_files();
    buffers_provide(&ring);
    accept_all(listen_fd);

    for (;;) {
        struct connection *done = submit_and_wait();
        struct io_uring_cqe *cqe;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            seen++;
            if (!handle(listen_fd, cqe))
                return 0;
        }
        io_uring_cq_advance(&ring, seen);
        settle_sends(done);
        buffers_recycle();
        feed_starved();
    }
}

enum { RING_OPTION = 256 };

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    (void)state;
    if (key != RING_OPTION)
        return ARGP_ERR_UNKNOWN;
    for (variant = variants; variant < variants + sizeof variants / sizeof *variants; variant++)
        if (strcmp(argument, variant->name) == 0)
            return 0;
    errx(2,
         "VARIANT must be deferred, cooperative, interrupting, descriptors, sqpoll or zero_copy, "
         "not '%s'",
         argument);
}

static const struct argp_option options[] = {
    {"ring", RING_OPTION, "VARIANT", 0,
     "Set the ring up with deferred task work (the default), or with cooperative or interrupting "
     "task work, or without registered files (descriptors), or with a thread of the kernel that "
     "polls for requests (sqpoll), or with zero-copy sends (zero_copy)",
     0},
    {0},
};

const struct argp io_uring_loop_options = {options, parse_option, NULL, NULL, NULL, NULL, NULL};

#else
#include <argp.h>
#include <stdlib.h>

const char *io_uring_loop_unsupported(void)
{
    return "this build lacks liburing 2.3 (install liburing-dev, then make again)";
}

int io_uring_loop(int listen_fd)
{
    (void)listen_fd;
    abort(); // nobody starts what is not supported
}

const struct argp io_uring_loop_options = {0};
#endif
