// Epoll: one process, one loop; the kernel keeps the list of descriptors and returns only the ready
// ones.
//
// epoll(7), level-triggered; TLPI section 63.4. The loop is core/epoll_loop.c, which epoll_workers
// and epoll_reuseport share. The cost of an iteration depends on the number of ready descriptors,
// not on the number of all. Costs an epoll_ctl per connection, where select and poll pass the whole
// set on every call.
#include "servers/core/epoll_loop.h"
#include "servers/core/model.h"

static int run(struct server *server)
{
    return epoll_loop(server->listen_fd, 0);
}

const struct model model = {
    .summary = "one loop over epoll, level-triggered: accepts and serves whatever is ready",
    .source = "epoll(7); TLPI 63.4",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .run = run,
};
