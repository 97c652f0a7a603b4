// EAGAIN is injected where a loop must be ready for a "not now" at any time, into accept. Into
// transfers it would be a lie that an edge-triggered loop may believe; stalled_reader brings it
// about.
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/inject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>

// A failure, then two calls that do not fail: what follows one differs from error to error.
static const char now_and_then[] = "1+3";

enum { MOST_WORKERS = 64 };

// What must be as it was when all is over.
struct state {
    struct census census;
    pid_t workers[MOST_WORKERS];
    size_t size;
    struct client idle; // connected all the time, where that keeps nobody out
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
    cell->server.says = ""; // that an error is named is not asked for, and no mistake
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
            fail_msg("a worker died of it");
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

// The first may have to wait until the second wakes the server once more, if that is told of changes
// only: the second comes when the first has not been taken.
static void two_are_served(struct cell *cell)
{
    enum { NO_ANSWER_MS = 20 * SLOWNESS };
    struct client first = client_connect(cell->server.port, 1);
    client_send(&first, 1);
    client_has_news(&first, NO_ANSWER_MS);
    struct client second = client_connect(cell->server.port, 2);
    client_exchange(&first, 100, NULL);
    client_exchange(&second, 100, NULL);
    client_finish(&first);
    client_finish(&second);
}

// Small and large, so that one read or write is not all.
static void none_hangs(struct cell *cell)
{
    for (unsigned i = 0; i < CLIENTS; i++)
        is_served(cell->server.port, i % 2 ? 50000 : 100);
}

// Among them one that has the server wait until it takes its bytes.
static void none_hangs_slow(struct cell *cell)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client slow = client_connect_buffered(cell->server.port, i, 16384);
        if (client_is_pushed(&slow, 4 << 20, 5))
            client_is_answered(&slow);
        client_close(&slow);
        is_served(cell->server.port, 100);
    }
}

// Each of the errors in turn.
static void fail_now_and_then(struct cell *cell, struct state *s, const char *calls,
                              const char *const *errors, void (*clients)(struct cell *))
{
    for (; *errors; errors++) {
        struct injection i = inject_into_cell(cell, calls, *errors, now_and_then);
        bool harmless = strcmp(*errors, "EINTR") == 0;
        (harmless ? all_are_served : clients)(cell);
        s->failed += injection_end(&i);
        if (process_is(cell->server.pid, 'Z'))
            fail_msg("%s ended the server", *errors);
        expect_service(cell->server.port);
    }
}

void accept_fails(struct cell *cell)
{
    static const char *const errors[] = {"EINTR",  "ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS",
                                         "ENOMEM", "EPROTO",       "EPERM",  NULL};
    static const char *const not_now[] = {"EAGAIN", NULL};
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, "accept,accept4", errors, all_are_served);
    if (is_loop(cell)) // it accepts without waiting, or EAGAIN could not be
        fail_now_and_then(cell, &s, "accept,accept4", not_now, two_are_served);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

// Processes and threads use the echo core, which receives and sends; what else they read and write
// is not their clients'.
void receive_fails(struct cell *cell)
{
    static const char *const errors[] = {"EINTR",   "ECONNRESET", "ETIMEDOUT",
                                         "ENOBUFS", "ENOMEM",     NULL};
    const char *calls = is_loop(cell) ? "recvfrom,recvmsg,read,readv" : "recvfrom,recvmsg";
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, calls, errors, none_hangs);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

void send_fails(struct cell *cell)
{
    static const char *const errors[] = {"EINTR", "ECONNRESET", "EPIPE", "ENOBUFS", "ENOMEM", NULL};
    const char *calls = is_loop(cell) ? "sendto,sendmsg,write,writev" : "sendto,sendmsg";
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, calls, errors, none_hangs);
    expect_no_spinning(&cell->server);
    end(cell, &s);
}

void wait_fails(struct cell *cell)
{
    static const char *const interrupted[] = {"EINTR", NULL};
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

void epoll_ctl_fails(struct cell *cell)
{
    static const char *const errors[] = {"ENOSPC", "ENOMEM", NULL};
    struct state s = begin(cell);
    fail_now_and_then(cell, &s, "epoll_ctl", errors, none_hangs_slow);
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
