// Fork exec: the parent accepts and forks a child for every connection; the child executes another
// program, which serves it (inetd/echo.c).
//
// This is how inetd works: UNP volume 1, section 13.5; APUE section 8.12. The program finds its
// client in descriptors 0 and 1 and needs no socket code. Costs, on top of fork, a new image per
// connection: mapped, linked and faulted in again, and the copied page tables thrown away.
#include "servers/core/children.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char program[4096]; // inetd/echo in the directory of this program

static const char *unsupported(void)
{
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - sizeof "inetd/echo");
    if (n < 0)
        return "cannot find the program to execute: /proc is not mounted";
    program[n] = '\0';
    strcpy(strrchr(program, '/') + 1, "inetd/echo");
    return access(program, X_OK) == 0 ? NULL : "cannot find the program to execute: inetd/echo";
}

static int run(struct server *server)
{
    children_reap();

    int connfd;
    while ((connfd = children_accept(server)) >= 0) {
        pid_t pid = fork();
        if (pid == 0) {
            if (dup2(connfd, STDIN_FILENO) == STDIN_FILENO &&
                dup2(connfd, STDOUT_FILENO) == STDOUT_FILENO) // the others close on exec
                execl(program, program, server->work, server->poison, (char *)NULL);
            complain(errno, "exec: connection dropped");
            _exit(1);
        }
        if (pid < 0)
            complain(errno, "fork: connection dropped");
        else
            children_count_one();
        close(connfd); // or the connection would never end, and descriptors would run out
    }
    return 0;
}

const struct model model = {
    .summary =
        "a process per connection, which executes another program: the parent accepts, forks "
        "and reaps, like inetd",
    .source = "UNP vol. 1, 13.5; APUE 8.12",
    .family = PROCESS,
    .capacity = MANY,
    .executes = true,
    .unsupported = unsupported,
    .run = run,
};
