// EAGAIN is not among the errors: the kernel says it only if there is nothing, which an
// edge-triggered loop may rely on, and every loop hears it after each client.
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"
#include "tests/core/inject.h"

#include <signal.h>
#include <string.h>

enum { MOST_WORKERS = 64 };

// What must be as it was when all is over.
struct state {
    struct census census;
    pid_t workers[MOST_WORKERS];
    size_t size;
    struct client idle; // connected all the time, unless that keeps others out
    unsigned failed;    // how many calls did
};

static bool is_loop(const struct cell *cell)
{
    return LOOPS & 1u << cell->program->family;
}

static struct state begin(struct cell *cell)
{
    struct state s = {.census = baseline(cell), .idle.fd = -1};
    s.size = children_of(cell->server.pid, s.workers, MOST_WORKERS);
    cell->server.says = ""; // an error message is optional here
    if (is_loop(cell)) {
        s.idle = client_connect(cell->server.port, 999);
        client_exchange(&s.idle, 10, NULL);
    }
    return s;
}

static void expect_same_workers(const struct cell *cell, const struct state *s)
{
    pid_t now[MOST_WORKERS];
    size_t n = children_of(cell->server.pid, now, MOST_WORKERS);
    for (size_t i = 0; i < s->size; i++) {
        size_t k = 0;
        while (k < n && now[k] != s->workers[i])
            k++;
        if (k == n)
            fail_because("a worker died of it");
    }
}

static void end(struct cell *cell, struct state *s)
{
    if (s->idle.fd >= 0) {
        client_exchange(&s->idle, 10, NULL); // nothing that failed concerned it
        client_finish(&s->idle);
    }
    expect_service(cell->server.port);
    expect_census(&cell->server, &s->census);
    expect_same_workers(cell, s);
    if (s->failed == 0) {
        process_stops_cleanly(&cell->server, SIGTERM);
        except_because(cell, "makes no such call");
    }
}

struct injection inject_into_cell(struct cell *cell, const char *calls, const char *error,
                                  const char *when)
{
    struct injection i;
    if (!inject(&i, &cell->server, calls, error, when))
        skip_because(cell, injection_problem());
    return i;
}

// ---- errors now and then ----

enum { CLIENTS = 4 };

static void all_are_served(struct cell *cell)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        expect_service(cell->server.port);
}

// Small and large, so that one read or write is not all.
static void none_hangs(struct cell *cell)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        is_served(cell->server.port, i % 2 ? 50000 : 100);
}

// Each of the errors in turn, the same one again where its place matters, at every third call: the
// first of them, the second or the third, which are different calls in a model's life of a client.
static void fail_now_and_then(struct cell *cell, struct state *s, const char *calls,
                              const char *const *errors, void (*clients)(struct cell *))
{
    static const char *const when[] = {"1+3", "2+3", "3+3"};
    for (size_t e = 0; errors[e]; e++) {
        struct injection i = inject_into_cell(cell, calls, errors[e], when[e % 3]);
        bool harmless = strcmp(errors[e], "EINTR") == 0;
        (harmless ? all_are_served : clients)(cell);
        census_at_rest(&cell->server); // a call that strace leaves half-way ends as ENOSYS
        s->failed += injection_end(&i);
        if (process_is(cell->server.pid, 'Z'))
            fail_because("%s ended the server", errors[e]);
        expect_service(cell->server.port);
    }
}

// One error that is waited out and one that concerns a single connection: that each errno is one or
// the other is tested in tests/listener.c, whose decision every server uses.
void accept_fails(struct cell *cell)
{
    static const char *const errors[] = {"EMFILE", "ECONNABORTED", NULL};
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, "accept,accept4", errors, all_are_served);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

// Processes and threads use the echo core, which receives and sends; what else they read and write
// is not their clients'.
void receive_fails(struct cell *cell)
{
    static const char *const errors[] = {"EINTR",     "EINTR",   "EINTR",  "ECONNRESET",
                                         "ETIMEDOUT", "ENOBUFS", "ENOMEM", NULL};
    const char *calls = is_loop(cell) ? "recvfrom,recvmsg,read,readv" : "recvfrom,recvmsg";
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, calls, errors, none_hangs);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

void send_fails(struct cell *cell)
{
    static const char *const errors[] = {"EINTR", "EINTR",   "EINTR",  "ECONNRESET",
                                         "EPIPE", "ENOBUFS", "ENOMEM", NULL};
    const char *calls = is_loop(cell) ? "sendto,sendmsg,write,writev" : "sendto,sendmsg";
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, calls, errors, none_hangs);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

void wait_fails(struct cell *cell)
{
    static const char *const interrupted[] = {"EINTR", "EINTR", "EINTR", NULL};
    static const char *const busy[] = {"EAGAIN", "EBUSY", NULL};
    struct state s = begin(cell);
    cell->server.says = NULL;
    fail_now_and_then(cell, &s,
                      "select,pselect6,poll,ppoll,epoll_wait,epoll_pwait,epoll_pwait2,"
                      "rt_sigtimedwait,rt_sigsuspend,wait4,restart_syscall,io_uring_enter",
                      interrupted, all_are_served);
    if (is_loop(cell))
        fail_now_and_then(cell, &s, "io_uring_enter", busy, all_are_served);
    end(cell, &s);
}

// No client is so slow that its server waits for it to take bytes: what is registered is changed
// for it, which does not fail.
void epoll_ctl_fails(struct cell *cell)
{
    static const char *const errors[] = {"ENOSPC", "ENOMEM", "ENOSPC", NULL};
    if (cell->program->family == PEER) { // libev waits for another event, libuv ends the process
        process_stops_cleanly(&cell->server, SIGTERM);
        except_because(cell, "what becomes of a client that epoll refuses is up to the library");
    }
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, "epoll_ctl", errors, none_hangs);
    end(cell, &s);
}

// Only what waits is interrupted: giving a lock back is not.
void lock_interrupted(struct cell *cell)
{
    enum { ROUNDS = 3 };
    struct client clients[DEFAULT_WORKERS];
    struct state s = begin(cell);
    cell->server.says = NULL;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct injection i;
        if (!inject_into_waiting(&i, &cell->server, "EINTR"))
            skip_because(cell, injection_problem());
        for (unsigned c = 0; c < DEFAULT_WORKERS; c++) {
            clients[c] = client_connect(cell->server.port, c);
            client_exchange(&clients[c], 100, NULL);
        }
        s.failed += injection_end(&i);
        for (unsigned c = 0; c < DEFAULT_WORKERS; c++)
            client_finish(&clients[c]);
        expect_census(&cell->server, &s.census); // at rest: the next round finds who waits
    }
    end(cell, &s);
}
