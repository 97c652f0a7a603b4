// Fork: the parent accepts and forks a child for every connection; the child serves it and exits.
//
// CS:APP section 12.1.1 (echoserverp.c, Fig. 12-5). Each client has its own address space: no
// handler can overwrite another's memory, and none can share it either. Costs a fork, an exit and a
// wait per connection: page tables copied, pages faulted in again, and SIGCHLD delivered. The cost
// grows with the memory that the parent has touched.
//
// --mistake introduces one of three bugs on purpose. Each client still gets its bytes back; the
// service fails later, when a resource has run out.
//
//   keep-connfd  The parent keeps its copy of the connected descriptor. A connection ends when its
//                last copy is closed, so a client that waits for the server to close waits for
//                ever. The parent has one more descriptor per connection, until accept fails
//                (EMFILE). Each child inherits all of them, too.
//   reap-one     One child is reaped per signal. Signals do not queue: of the children that end
//                while one is pending, all but one remain as zombies. Sequential clients never
//                show it. When all allowed children (--max-children) but one are zombies, the
//                server serves one client at a time.
//   no-reap      Nothing waits, and each child remains a zombie. Once their number reaches the
//                limit, clients wait for ever. Without the server's own limit, fork would fail
//                (EAGAIN) once the user or the system has no processes left, and not for this
//                server only.
//
// A zombie disappears with its parent: after a restart of the server everything looks fine.
#include "servers/core/children.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static enum { NO_MISTAKE, KEEP_CONNFD, REAP_ONE, NO_REAP } mistake;

static int run(struct server *server)
{
    if (mistake == REAP_ONE)
        children_reap_one_per_signal(); // as if every child that ends had its own signal
    else if (mistake != NO_REAP)
        children_reap();

    int connfd;
    while ((connfd = children_accept(server)) >= 0) {
        pid_t pid = fork();
        if (pid == 0) {
            close(server->listen_fd);
            echo(connfd);
            close(connfd);
            _exit(0);
        }
        if (pid < 0)
            complain(errno, "fork: connection dropped");
        else
            children_count_one();
        if (mistake != KEEP_CONNFD)
            close(connfd); // or the connection would never end, and descriptors would run out
    }
    return 0;
}

enum { MISTAKE_OPTION = 256 };

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const names[] = {
        [KEEP_CONNFD] = "keep-connfd", [REAP_ONE] = "reap-one", [NO_REAP] = "no-reap"};
    (void)state;
    if (key != MISTAKE_OPTION)
        return ARGP_ERR_UNKNOWN;
    for (mistake = KEEP_CONNFD; mistake <= NO_REAP; mistake++)
        if (strcmp(argument, names[mistake]) == 0)
            return 0;
    errx(2, "MISTAKE must be keep-connfd, reap-one or no-reap, not '%s'", argument);
}

static const struct argp_option mistakes[] = {
    {"mistake", MISTAKE_OPTION, "MISTAKE", 0,
     "Introduce this bug on purpose: keep-connfd, reap-one or no-reap", 0},
    {0},
};
static const struct argp options = {mistakes, parse_option, NULL, NULL, NULL, NULL, NULL};

const struct model model = {
    .summary = "a process per connection: the parent accepts, forks a child to serve it, and reaps",
    .source = "CS:APP 12.1.1, Fig. 12-5",
    .family = PROCESS,
    .capacity = MANY,
    .options = &options,
    .run = run,
};
