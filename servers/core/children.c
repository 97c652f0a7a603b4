#include "servers/core/children.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned made; // written by the main program only
static volatile sig_atomic_t
    reaped; // written by the handler only, so that neither count can be lost

// Signals do not queue: one SIGCHLD can stand for many dead children.
static void sigchld_handler(int signal_number)
{
    (void)signal_number;
    int saved_errno = errno;
    pid_t dead;
    while ((dead = waitpid(-1, NULL, WNOHANG)) > 0 || (dead < 0 && errno == EINTR))
        if (dead > 0)
            reaped = (sig_atomic_t)((unsigned)reaped + 1);
    errno = saved_errno;
}

// The bug: `if` instead of `while`. Of the children that end while a signal is pending, only one is
// reaped; the rest stay, because each child causes at most one signal.
static void sigchld_handler_that_reaps_one(int signal_number)
{
    (void)signal_number;
    int saved_errno = errno;
    if (waitpid(-1, NULL, WNOHANG) > 0)
        reaped = (sig_atomic_t)((unsigned)reaped + 1);
    errno = saved_errno;
}

static void handle_sigchld(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGCHLD, &action, NULL) < 0)
        err(1, "sigaction");
}

void children_reap(void)
{
    handle_sigchld(sigchld_handler);
}

void children_reap_one_per_signal(void)
{
    handle_sigchld(sigchld_handler_that_reaps_one);
}

void children_count_one(void)
{
    made++;
}

static bool are_too_many(const struct server *server)
{
    return made - (unsigned)reaped >= server->max_children;
}

// SIGCHLD is unblocked only in sigsuspend, so that none is missed between check and sleep.
static bool have_room(const struct server *server)
{
    sigset_t wakes, before;
    if (!are_too_many(server))
        return true;
    complain(0, "child limit reached: clients wait for one to end");
    sigemptyset(&wakes);
    sigaddset(&wakes, SIGCHLD);
    sigaddset(&wakes, SIGTERM);
    sigaddset(&wakes, SIGINT);
    sigprocmask(SIG_BLOCK, &wakes, &before);
    while (are_too_many(server) && is_listening(server->listen_fd))
        sigsuspend(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return is_listening(server->listen_fd);
}

int children_accept(const struct server *server)
{
    int connfd;
    if (!server->refuses && !have_room(server))
        return -1;
    while ((connfd = accept_connection(server->listen_fd, 0)) >= 0 && are_too_many(server)) {
        complain(0, "child limit reached: connection refused");
        close(connfd);
    }
    return connfd;
}
