// io_uring: one process, one loop; it queues operations and gets their results, instead of asking
// what is ready.
//
// io_uring(7); Axboe, "Efficient IO with io_uring". One accept request yields all connections and
// one receive request all the data of a connection (multishot), into buffers lent to the kernel, so
// that an idle connection holds none. All sends of a turn enter the kernel in one call. Costs an
// entry in each ring per operation, and the memory of the lent buffers.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RING_ENTRIES = 1024, COMPLETION_ENTRIES = 8192, BUFFERS = 256, BUFFER_GROUP = 0 };

// What a result answers; kept in the low bits of the connection's address.
enum operation { ACCEPT, RECEIVE, SEND, CANCEL, OPERATION_MASK = 7 };

// Bytes received and not yet sent back: in a buffer lent to the kernel, or, once the peer is slow
// to take them, copied to the heap, so that slow peers cannot keep the lent buffers from the
// others.
struct chunk {
    struct chunk *next;
    size_t bytes;
    unsigned char *data;
    void *heap; // what to free, or NULL: the buffer is lent
};

struct connection {
    LIST_ENTRY(connection) others;
    struct echo echo; // of the first chunk
    int fd;
    int last_result;         // of receiving, once it has ended: 0 or a negative errno
    bool receiving, sending; // a request for it is in the kernel
    bool ended, stalled;     // the peer sends no more; the peer does not take what it is sent
    bool starved;            // waits in the list below
    struct connection *next_starved;
    struct chunk *first, **last;
};

static struct io_uring ring;
static struct io_uring_buf_ring *lent_ring;
static struct chunk lent[BUFFERS];
static LIST_HEAD(connection_list,
                 connection) connections; // the kernel alone knows the idle ones otherwise
static struct connection *starved;        // found no lent buffer to receive into

static struct io_uring_sqe *request(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    return sqe;
}

static void tag(struct io_uring_sqe *sqe, const struct connection *c, enum operation operation)
{
    io_uring_sqe_set_data64(sqe, (uintptr_t)c | operation);
}

static void accept_all(int listen_fd)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_multishot_accept(sqe, listen_fd, NULL, NULL, SOCK_CLOEXEC);
    tag(sqe, NULL, ACCEPT);
}

static void receive(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_recv_multishot(sqe, c->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = BUFFER_GROUP;
    tag(sqe, c, RECEIVE);
    c->receiving = true;
}

static void stop_receiving(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_cancel64(sqe, (uintptr_t)c | RECEIVE, 0);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    tag(sqe, c, CANCEL);
}

static void send_first(struct connection *c)
{
    struct io_uring_sqe *sqe = request();
    io_uring_prep_send(sqe, c->fd, c->first->data + c->echo.start, c->echo.end - c->echo.start,
                       MSG_NOSIGNAL | (c->stalled ? MSG_WAITALL : MSG_DONTWAIT));
    tag(sqe, c, SEND);
    c->sending = true;
}

static void lend(struct chunk *chunk)
{
    unsigned short id = (unsigned short)(chunk - lent);
    io_uring_buf_ring_add(lent_ring, chunk->data, ECHO_BUFFER_BYTES, id,
                          io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(lent_ring, 1);
}

static void release(struct chunk *chunk)
{
    if (chunk->heap)
        free(chunk->heap);
    else
        lend(chunk);
}

// A copy of a lent chunk on the heap; the lent one goes back. NULL if there is no memory.
static struct chunk *keep(struct chunk *chunk)
{
    struct chunk *copy = malloc(sizeof *copy + chunk->bytes);
    if (copy) {
        *copy = (struct chunk){
            .bytes = chunk->bytes, .data = (unsigned char *)(copy + 1), .heap = copy};
        memcpy(copy->data, chunk->data, chunk->bytes);
    }
    release(chunk);
    return copy;
}

static void append(struct connection *c, struct chunk *chunk)
{
    chunk->next = NULL;
    *c->last = chunk;
    c->last = &chunk->next;
}

static struct chunk *take_first(struct connection *c)
{
    struct chunk *chunk = c->first;
    c->first = chunk->next;
    if (!c->first)
        c->last = &c->first;
    return chunk;
}

// The peer does not take what it is sent: what is queued goes to the heap, and no more is received
// until it is gone.
static void stall(struct connection *c)
{
    struct chunk *queued = c->first;
    c->stalled = true;
    c->first = NULL;
    c->last = &c->first;
    while (queued) {
        struct chunk *next = queued->next, *kept = keep(queued);
        if (kept)
            append(c, kept);
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
    while (c->first)
        release(take_first(c));
    close(c->fd);
    LIST_REMOVE(c, others);
    free(c);
}

// Queues whatever the connection needs next.
static void go_on(struct connection *c)
{
    if (c->sending)
        return;
    if (echo_next(&c->echo) == ECHO_READ) {
        if (c->first)
            echo_advance(&c->echo, (ssize_t)c->first->bytes);
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

static void on_accept(int connfd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c) {
        complain(ENOMEM, "a client is turned away");
        close(connfd);
        return;
    }
    c->fd = connfd;
    c->last = &c->first;
    LIST_INSERT_HEAD(&connections, c, others);
    go_on(c);
}

static void on_receive(struct connection *c, int result, unsigned flags)
{
    c->receiving = flags & IORING_CQE_F_MORE;
    if (flags & IORING_CQE_F_BUFFER) {
        struct chunk *chunk = &lent[flags >> IORING_CQE_BUFFER_SHIFT];
        chunk->bytes = result > 0 ? (size_t)result : 0;
        if (!chunk->bytes)
            release(chunk);
        else if (!c->stalled)
            append(c, chunk);
        else if ((chunk = keep(chunk)))
            append(c, chunk);
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
        release(take_first(c));
    else if (echo_next(&c->echo) == ECHO_WRITE && !c->stalled)
        stall(c);
    go_on(c);
}

static void feed_starved(void)
{
    struct connection *hungry = starved;
    starved = NULL;
    while (hungry) {
        struct connection *next = hungry->next_starved;
        hungry->starved = false;
        go_on(hungry);
        hungry = next;
    }
}

static int set_up(void)
{
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
        .cq_entries = COMPLETION_ENTRIES,
    };
    return io_uring_queue_init_params(RING_ENTRIES, &ring, &parameters);
}

static const char *unsupported(void)
{
    int problem = set_up();
    if (problem == -EINVAL)
        return "this kernel's io_uring lacks multishot receive and deferred task work (Linux 6.1)";
    if (problem < 0)
        return problem == -ENOSYS ? "this kernel has no io_uring"
                                  : "io_uring is not permitted here";
    io_uring_queue_exit(&ring);
    return NULL;
}

static void lend_buffers(void)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned char *data =
        mmap(NULL, (size_t)BUFFERS * ECHO_BUFFER_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    lent_ring =
        mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (data == MAP_FAILED || lent_ring == MAP_FAILED)
        err(1, "mmap");
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)lent_ring, .ring_entries = BUFFERS, .bgid = BUFFER_GROUP};
    io_uring_buf_ring_init(lent_ring);
    int problem = io_uring_register_buf_ring(&ring, &registration, 0);
    if (problem < 0)
        errx(1, "io_uring_register_buf_ring: %s", strerror(-problem));
    for (size_t i = 0; i < BUFFERS; i++) {
        lent[i].data = data + i * ECHO_BUFFER_BYTES;
        lend(&lent[i]);
    }
}

static int run(struct server *server)
{
    int problem = set_up();
    if (problem < 0)
        errx(1, "io_uring_queue_init: %s", strerror(-problem));
    lend_buffers();
    accept_all(server->listen_fd);

    for (;;) {
        int submitted = io_uring_submit_and_wait(&ring, 1);
        if (submitted < 0 && submitted != -EINTR && submitted != -EBUSY)
            errx(1, "io_uring_submit_and_wait: %s", strerror(-submitted));
        struct io_uring_cqe *cqe;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            struct connection *c =
                (struct connection *)(uintptr_t)(cqe->user_data & ~(__u64)OPERATION_MASK);
            seen++;
            switch ((enum operation)(cqe->user_data & OPERATION_MASK)) {
            case ACCEPT:
                if (cqe->res >= 0)
                    on_accept(cqe->res);
                else if (!accept_again(-cqe->res))
                    return 0;
                if (!(cqe->flags & IORING_CQE_F_MORE))
                    accept_all(server->listen_fd);
                break;
            case RECEIVE:
                on_receive(c, cqe->res, cqe->flags);
                break;
            case SEND:
                on_send(c, cqe->res);
                break;
            default: // a cancel that came too late
                break;
            }
        }
        io_uring_cq_advance(&ring, seen);
        feed_starved();
    }
}

const struct model model = {
    .summary = "one loop over completions: multishot accept and receive, lent buffers, sends "
               "entered in batches",
    .source = "io_uring(7); Axboe 2019",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .unsupported = unsupported,
    .run = run,
};
