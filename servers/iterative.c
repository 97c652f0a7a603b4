// Iterative: serves one client after another, start to finish; the next one waits in the listen
// queue.
//
// CS:APP section 11.4.9 (echoserveri.c). Costs what every model pays: accept, echo, close. The
// baseline: what another model costs beyond it is the price of its concurrency.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <unistd.h>

static int run(struct server *server)
{
    int connfd;
    while ((connfd = accept_connection(server->listen_fd, 0)) >= 0) {
        echo(connfd);
        close(connfd);
    }
    return 0;
}

const struct model model = {
    .summary = "no concurrency: accepts a client, serves it to the end, accepts the next",
    .source = "CS:APP 11.4.9",
    .family = ITERATIVE,
    .capacity = ONE,
    .run = run,
};
