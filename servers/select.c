// Select: one process, one loop; before each iteration it asks the kernel which of its descriptors
// are ready.
//
// CS:APP section 12.2 (echoservers.c, Fig. 12-8). No process or thread per client, no switch
// between clients. Costs a scan per iteration: the kernel and the loop both walk all descriptors up
// to the highest, ready or not. The sets hold FD_SETSIZE (1024) descriptors: connections beyond
// that are dropped.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ready_echo connections[FD_SETSIZE]; // by descriptor
static fd_set want_read, want_write;
static int highest_fd;

static void add(int connfd)
{
    if (connfd >= FD_SETSIZE) {
        complain(0, "connection dropped: its descriptor is beyond FD_SETSIZE");
        close(connfd);
        return;
    }
    connections[connfd] = (struct ready_echo){0};
    FD_SET(connfd, &want_read);
    if (connfd > highest_fd)
        highest_fd = connfd;
}

static void serve(int connfd)
{
    short next = echo_ready(&connections[connfd], connfd);
    FD_CLR(connfd, &want_read);
    FD_CLR(connfd, &want_write);
    if (next == POLLIN) {
        FD_SET(connfd, &want_read);
    } else if (next == POLLOUT) {
        FD_SET(connfd, &want_write);
    } else {
        close(connfd);
        while (!FD_ISSET(highest_fd, &want_read) && !FD_ISSET(highest_fd, &want_write))
            highest_fd--; // the listener is always in the set
    }
}

static int run(struct server *server)
{
    int listen_fd = server->listen_fd;
    set_nonblocking(listen_fd);
    FD_SET(listen_fd, &want_read);
    highest_fd = listen_fd;

    for (;;) {
        fd_set can_read = want_read, can_write = want_write;
        int ready = select(highest_fd + 1, &can_read, &can_write, NULL, NULL);
        if (ready < 0 && errno != EINTR)
            err(1, "select");
        for (int fd = 0, last = highest_fd; ready > 0 && fd <= last; fd++) {
            if (!FD_ISSET(fd, &can_read) && !FD_ISSET(fd, &can_write))
                continue;
            ready--;
            if (fd != listen_fd) {
                serve(fd);
                continue;
            }
            int connfd;
            while ((connfd = accept_connection(listen_fd, SOCK_NONBLOCK)) >= 0)
                add(connfd);
            if (errno != EAGAIN)
                return 0;
        }
    }
}

const struct model model = {
    .summary = "one loop over select: accepts and serves whatever is ready; at most FD_SETSIZE "
               "descriptors",
    .source = "CS:APP 12.2, Fig. 12-8",
    .family = MULTIPLEXED,
    .capacity = MANY,
    .clients = FD_SETSIZE - 4, // the listener and three standard descriptors count, too
    .run = run,
};
