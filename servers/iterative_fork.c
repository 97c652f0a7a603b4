// Iterative with a child: one client after the other, as in iterative, but every connection makes a
// process too, which does nothing and is reaped.
//
// No model to choose: a rung between iterative and fork. It makes the same calls as fork and has
// its costs in the same process, caches included, but none of its concurrency. What fork costs
// above it is what its children do beside being made and reaped: they serve.
#include "servers/core/children.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <errno.h>
#include <unistd.h>

static int run(struct server *server)
{
    children_reap();

    int connfd;
    while (children_have_room(server) && (connfd = accept_connection(server->listen_fd, 0)) >= 0) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0)
            complain(errno, "fork: a client is served without");
        else
            children_count_one();
        echo(connfd);
        close(connfd);
    }
    return 0;
}

const struct model model = {
    .summary = "nothing is concurrent: as iterative, but with a process per connection that does "
               "nothing",
    .source = "a rung between CS:APP 11.4.9 and 12.1.1",
    .family = ITERATIVE,
    .capacity = ONE,
    .run = run,
};
