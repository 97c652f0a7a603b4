// Iterative with a child: one client after another, as in iterative, but every connection also
// makes a process, which does nothing and is reaped.
//
// Not a model to choose, but a step between iterative and fork. It makes the same calls as fork and
// pays for them in the same process, caches included, but has none of its concurrency. What fork
// costs beyond it is the work of the children.
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
    while ((connfd = children_accept(server)) >= 0) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0)
            complain(errno, "fork: serving without a child");
        else
            children_count_one();
        echo(connfd);
        close(connfd);
    }
    return 0;
}

const struct model model = {
    .summary = "no concurrency: iterative, plus a process per connection that does nothing",
    .source = "between CS:APP 11.4.9 and 12.1.1",
    .family = ITERATIVE,
    .capacity = ONE,
    .run = run,
};
