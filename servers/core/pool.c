#include "servers/core/pool.h"
#include "servers/core/listener.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

pid_t fork_worker(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG,
              SIGKILL);          // otherwise a sleeping worker would outlive a killed parent
        if (getppid() != parent) // the parent was killed before the prctl
            _exit(0);
    }
    if (pid < 0)
        complain(errno, "fork: cannot start a worker");
    return pid;
}

bool may_replace_workers(void)
{
    static long long next_ms;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long now_ms = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
    if (now_ms < next_ms)
        return false;
    next_ms = now_ms + REPLACE_EVERY_MS;
    return true;
}

static void reap_workers(pid_t *workers, unsigned size)
{
    pid_t dead;
    while ((dead = waitpid(-1, NULL, WNOHANG)) > 0)
        for (unsigned i = 0; i < size; i++)
            if (workers[i] == dead)
                workers[i] = 0;
}

int pool_of_processes(const struct server *server,
                      void (*work)(const struct server *, unsigned number))
{
    pid_t *workers = calloc(server->workers, sizeof *workers); // 0: none
    if (!workers)
        err(1, "a pool of %u", server->workers);
    do {
        reap_workers(workers, server->workers);
        for (unsigned i = 0; i < server->workers; i++) {
            if (workers[i])
                continue;
            pid_t pid = fork_worker();
            if (pid < 0)
                break;
            if (pid == 0) {
                work(server, i);
                _exit(0);
            }
            workers[i] = pid;
        }
    } while (wait_while_listening(server->listen_fd, REPLACE_EVERY_MS));
    free(workers);
    return 0;
}

struct worker {
    const struct server *server;
    void (*work)(const struct server *, unsigned number);
    unsigned number;
};

static void *run_worker(void *argument)
{
    const struct worker *w = argument;
    w->work(w->server, w->number);
    return NULL;
}

void make_threads(const struct server *server, void (*work)(const struct server *, unsigned number),
                  unsigned *made)
{
    static struct worker *workers; // never freed: a thread may still be about to read its own
    if (!workers && !(workers = calloc(server->workers, sizeof *workers)))
        err(1, "a pool of %u", server->workers);
    for (; *made < server->workers; ++*made) {
        pthread_t thread;
        workers[*made] = (struct worker){server, work, *made};
        int problem = pthread_create(&thread, NULL, run_worker, &workers[*made]);
        if (problem) {
            complain(problem, "pthread_create: cannot start a worker");
            return;
        }
        pthread_detach(thread);
    }
}

int pool_of_threads(const struct server *server,
                    void (*work)(const struct server *, unsigned number))
{
    unsigned made = 0;
    do
        make_threads(server, work, &made);
    while (wait_while_listening(server->listen_fd, made < server->workers ? REPLACE_EVERY_MS : -1));
    return 0;
}
