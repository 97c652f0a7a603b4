// Fork: the parent accepts and forks a child for every connection; the child serves it and exits.
//
// CS:APP section 12.1.1 (echoserverp.c, Fig. 12-5). Each client has an address space of its own: no
// handler can overwrite another's memory, and none can share it either. Costs a fork, an exit and a
// wait per connection: page tables copied, pages faulted in again, and SIGCHLD delivered. It grows
// with the memory that the parent has touched.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned forked; // written by the main program only
static volatile sig_atomic_t
    reaped; // written by the handler only, so that neither can lose the other's count

// Signals do not queue: one SIGCHLD can stand for many dead children.
static void sigchld_handler(int signal_number)
{
    (void)signal_number;
    int saved_errno = errno;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        reaped = (sig_atomic_t)((unsigned)reaped + 1);
    errno = saved_errno;
}

// Waits until another child may be forked. SIGCHLD is let through only in sigsuspend, so that none
// is missed between looking and sleeping. False when the server is to stop instead.
static bool wait_for_room(const struct server *server, const sigset_t *blocked)
{
    sigset_t before;
    if (forked - (unsigned)reaped < server->max_children)
        return true;
    sigprocmask(SIG_BLOCK, blocked, &before);
    while (forked - (unsigned)reaped >= server->max_children && is_listening(server->listen_fd))
        sigsuspend(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return is_listening(server->listen_fd);
}

static int run(struct server *server)
{
    struct sigaction action = {.sa_handler = sigchld_handler,
                               .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGCHLD, &action, NULL) < 0)
        err(1, "sigaction");
    sigset_t wakes;
    sigemptyset(&wakes);
    sigaddset(&wakes, SIGCHLD);
    sigaddset(&wakes, SIGTERM);
    sigaddset(&wakes, SIGINT);

    int connfd;
    while (wait_for_room(server, &wakes) &&
           (connfd = accept_connection(server->listen_fd, 0)) >= 0) {
        pid_t pid = fork();
        if (pid == 0) {
            close(server->listen_fd);
            echo(connfd);
            close(connfd);
            _exit(0);
        }
        if (pid < 0)
            warn("fork: this client is turned away");
        else
            forked++;
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
