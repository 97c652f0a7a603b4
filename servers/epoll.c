// Epoll: one process, one loop; the kernel keeps the list of descriptors and returns only those
// that are ready.
//
// epoll(7), level-triggered; TLPI section 63.4. The loop is core/epoll_loop.c, which workers share.
// What a turn costs depends on how many descriptors are ready, not on how many there are. Costs an
// epoll_ctl per connection, for what select and poll pass again on every turn.
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
