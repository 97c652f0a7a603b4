// Prefork: a pool of processes, made before the first client comes; each accepts and serves, one
// client after the other.
//
// UNP volume 1, section 30.6 (serv02.c): all workers block in accept on the one listener, and the
// kernel wakes one of them. A connection costs no fork; it costs a switch to whichever worker the
// kernel picks. Serves as many clients at once as there are workers: the others wait in the listen
// queue.
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPLACE_EVERY_MS = 100 }; // a worker that dies at once is not replaced in a storm

static void work(int listen_fd, pid_t parent)
{
    int connfd;
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a worker blocked in accept would outlive a killed parent
    if (getppid() != parent)          // which was killed before that
        return;
    while ((connfd = accept_connection(listen_fd, 0)) >= 0) {
        echo(connfd);
        close(connfd);
    }
}

static int run(struct server *server)
{
    unsigned alive = 0;
    pid_t parent = getpid();
    do {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            alive--;
        for (; alive < server->workers; alive++) {
            pid_t pid = fork();
            if (pid == 0) {
                work(server->listen_fd, parent);
                _exit(0);
            }
            if (pid < 0) {
                warn("fork: %u of %u workers", alive, server->workers);
                break;
            }
        }
    } while (wait_while_listening(server->listen_fd, REPLACE_EVERY_MS));
    return 0;
}

const struct model model = {
    .summary = "a pool of processes: every worker blocks in accept on the shared listener and "
               "serves one client at a time",
    .source = "UNP vol. 1, 30.6",
    .family = PROCESS,
    .capacity = WORKERS,
    .run = run,
};
