// io_uring: one process, one loop; it queues operations and gets their results, instead of asking
// which descriptors are ready.
//
// io_uring(7); Axboe, "Efficient IO with io_uring". The loop is core/io_uring_loop.c, which
// io_uring_reuseport shares. One multishot accept request yields all connections, and one multishot
// receive request all data of a connection, into provided buffers: an idle connection holds none.
// All sends of an iteration enter the kernel in one call. Costs a ring entry per operation, and the
// memory of the provided buffers. --ring takes one of its options away, or adds a polling thread or
// zero-copy sends.
#include "servers/core/io_uring_loop.h"
#include "servers/core/model.h"

static int run(struct server *server)
{
    return io_uring_loop(server->listen_fd);
}

const struct model model = {
    .summary = "one loop over completions: multishot accept and receive, provided buffers, sends "
               "submitted in batches",
    .source = "io_uring(7); Axboe 2019",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .unsupported = io_uring_loop_unsupported,
    .options = &io_uring_loop_options,
    .run = run,
};
