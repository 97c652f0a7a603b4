// Fork: the parent accepts and forks a child for every connection; the child serves it and exits.
//
// CS:APP section 12.1.1 (echoserverp.c, Fig. 12-5). Each client has an address space of its own: no
// handler can overwrite another's memory, and none can share it either. Costs a fork, an exit and a
// wait per connection: page tables copied, pages faulted in again, and SIGCHLD delivered. It grows
// with the memory that the parent has touched.
//
// Three mistakes can be switched on to see what they do (--mistake). Each client still gets its
// bytes back; the service ends later, when something has run out.
//
//   keep-connfd  The parent keeps its copy of the connected descriptor. A connection ends when its
//                last copy is closed: a client that waits for the server's end waits for ever,
//                though the child has closed and exited. The parent has a descriptor more for each
//                connection, until accept fails (EMFILE). Each child inherits all of them, too.
//   reap-one     One child is reaped a signal. Signals do not queue: of children that end while one
//                is pending, all but one remain as zombies. Clients who come one by one never show
//                it. When all children that are allowed (--max-children) but one are zombies, the
//                server serves one client at a time.
//   no-reap      Nobody waits, and each child remains as a zombie. Once all that are allowed are
//                zombies, clients wait for ever for one to end. Without a bound of the server's own
//                fork would fail (EAGAIN) once the processes of the user or of the system have run
//                out, and not for this server only.
//
// A zombie is gone when its parent is: whoever stops and starts the server finds nothing wrong.
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
        children_reap_one_per_signal(); // as if each child that ends had a signal of its own
    else if (mistake != NO_REAP)
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
        if (mistake != KEEP_CONNFD)
            close(connfd); // or the connection would never end, and the descriptors would run out
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
    errx(2, "the MISTAKE is keep-connfd, reap-one or no-reap, not '%s'", argument);
}

static const struct argp_option mistakes[] = {
    {"mistake", MISTAKE_OPTION, "MISTAKE", 0,
     "Make it, for teaching: keep-connfd, reap-one or no-reap", 0},
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
