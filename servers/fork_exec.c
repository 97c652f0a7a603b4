// Fork exec: the parent accepts and forks a child for every connection; the child executes a
// program that serves it (inetd/echo.c).
//
// inetd's way: UNP volume 1, section 13.5; APUE section 8.12. The program finds its client in
// descriptors 0 and 1 and needs to know nothing of sockets. Costs, over fork, a new image per
// connection: mapped, linked and faulted in anew, and the copied page tables thrown away.
#include "servers/core/children.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char program[4096]; // beside this one: inetd/echo

static const char *unsupported(void)
{
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - sizeof "inetd/echo");
    if (n < 0)
        return "/proc is not there: cannot find the program to execute";
    program[n] = '\0';
    strcpy(strrchr(program, '/') + 1, "inetd/echo");
    return access(program, X_OK) == 0 ? NULL : "the program to execute, inetd/echo, is not there";
}

static int run(struct server *server)
{
    children_reap();

    int connfd;
    while (children_have_room(server) && (connfd = accept_connection(server->listen_fd, 0)) >= 0) {
        pid_t pid = fork();
        if (pid == 0) {
            if (dup2(connfd, STDIN_FILENO) == STDIN_FILENO &&
                dup2(connfd, STDOUT_FILENO) == STDOUT_FILENO) // the others close on exec
                execl(program, program, server->work, server->poison, (char *)NULL);
            complain(errno, "exec: a client is turned away");
            _exit(1);
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
    .summary = "a process per connection that executes another program: the parent accepts, forks "
               "and reaps, inetd's way",
    .source = "UNP vol. 1, 13.5; APUE 8.12",
    .family = PROCESS,
    .capacity = MANY,
    .executes = true,
    .unsupported = unsupported,
    .run = run,
};
