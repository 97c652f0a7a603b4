// Fork: the parent accepts and forks a child for every connection; the child serves it and exits.
//
// CS:APP section 12.1.1 (echoserverp.c, Fig. 12-5). Each client has an address space of its own: no
// handler can overwrite another's memory, and none can share it either. Costs a fork, an exit and a
// wait per connection: page tables copied, pages faulted in again, and SIGCHLD delivered. It grows
// with the memory that the parent has touched.
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
        if (pid == 0) {
            close(server->listen_fd);
            echo(connfd);
            close(connfd);
            _exit(0);
        }
        if (pid < 0)
            complain(errno, "fork: a client is turned away");
        else
            children_count_one();
        close(connfd); // or the connection would never end, and the descriptors would run out
    }
    return 0;
}

const struct model model = {
    .summary = "a process per connection: the parent accepts, forks a child to serve it, and reaps",
    .source = "CS:APP 12.1.1, Fig. 12-5",
    .family = PROCESS,
    .capacity = MANY,
    .run = run,
};
