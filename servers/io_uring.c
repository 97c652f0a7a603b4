// io_uring: one process, one loop; it queues operations and gets their results, instead of asking
// what is ready.
//
// io_uring(7); Axboe, "Efficient IO with io_uring". The loop is core/io_uring_loop.c, which workers
// share. One accept request yields all connections and one receive request all the data of a
// connection (multishot), into buffers lent to the kernel, so that an idle connection holds none.
// All sends of a turn enter the kernel in one call. Costs an entry in a ring per operation, and the
// memory of the lent buffers.
#include "servers/core/io_uring_loop.h"
#include "servers/core/model.h"

static int run(struct server *server)
{
    return io_uring_loop(server->listen_fd);
}

const struct model model = {
    .summary = "one loop over completions: multishot accept and receive, lent buffers, sends "
               "entered in batches",
    .source = "io_uring(7); Axboe 2019",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .unsupported = io_uring_loop_unsupported,
    .run = run,
};
