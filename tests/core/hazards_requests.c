#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"

#include <sys/socket.h>
#include <sys/wait.h>

// ---- work ----

enum { LINES = 4, WORK_MS = 20 };

struct effort {
    unsigned cpu_ms, wall_ms;
};

// What the server needs to echo a line that many times, sent in pieces of this size.
static struct effort echo_lines(const struct cell *cell, const char *line, size_t piece)
{
    struct client c = client_connect(cell->server.port, 0);
    client_say(&c, "\n", 1); // its process or thread exists
    uint64_t used_ns = census(&cell->server).cpu_ns, begun_ns = now_ns();
    for (int i = 0; i < LINES; i++)
        client_say(&c, line, piece);
    struct effort e = {.wall_ms = (unsigned)((now_ns() - begun_ns) / 1000000)};
    e.cpu_ms = (unsigned)((census(&cell->server).cpu_ns - used_ns) / 1000000);
    client_finish(&c);
    return e;
}

void work_computes(struct cell *cell)
{
    struct effort e = echo_lines(cell, "line\n", 5);
    if (e.wall_ms < LINES * WORK_MS || e.cpu_ms < LINES * WORK_MS)
        fail_because("%u ms, %u of them computing, instead of %d", e.wall_ms, e.cpu_ms,
                     LINES * WORK_MS);
}

void work_waits(struct cell *cell)
{
    struct effort e = echo_lines(cell, "line\n", 5);
    if (e.wall_ms < LINES * WORK_MS || e.cpu_ms > LINES * WORK_MS / 2)
        fail_because("%u ms, %u of them computing, instead of %d without", e.wall_ms, e.cpu_ms,
                     LINES * WORK_MS);
}

void work_of_some(struct cell *cell)
{
    struct effort heavy = echo_lines(cell, "it is heavy\n", 9),
                  light = echo_lines(cell, "heav\n", 3);
    if (heavy.wall_ms < LINES * WORK_MS)
        fail_because("a line with the word takes no work");
    if (light.wall_ms >= LINES * WORK_MS) // unless another task had the CPU
        light = echo_lines(cell, "heav\n", 3);
    if (light.wall_ms >= LINES * WORK_MS)
        fail_because("a line without the word takes work");
}

// ---- poison ----

// Whether several processes have a loop each.
static bool is_loops_apart(const struct program *p)
{
    return 1u << p->family & LOOPS && p->has_pool && !p->of_threads;
}

// Whether a crash takes along one process of several, and not the server.
static bool dies_alone(const struct program *p)
{
    return p->family == PROCESS || is_loops_apart(p);
}

static bool nothing_is_left(const void *server)
{
    const struct server_process *s = server;
    return no_orphans() && port_refuses(s->port);
}

static void expect_crash(struct cell *cell)
{
    char errors[512];
    int status = server_process_wait(&cell->server, SECOND_MS);
    require(WIFSIGNALED(status));
    require(!WCOREDUMP(status));
    require(!*process_errors(&cell->server, errors, sizeof errors));
    if (!within(SECOND_MS, nothing_is_left, &cell->server))
        fail_because("a process of it is left, or its port");
}

void poison(struct cell *cell)
{
    struct census before = baseline(cell);
    // Where a second client is served at the same time, and it is known whether by the same
    // process.
    const struct program *p = cell->program;
    bool has_neighbour = !(1u << p->capacity & PROMISE_NONE) && !is_loops_apart(p);
    struct client neighbour, victim = client_connect(cell->server.port, 1);
    if (has_neighbour) {
        neighbour = client_connect(cell->server.port, 2);
        client_exchange(&neighbour, 100, NULL);
    }
    client_say(&victim, "it is dead\nly\n", 3);
    client_say(&victim, " deadly", 3);
    require(send(victim.fd, "\n", 1, MSG_NOSIGNAL) == 1);
    client_expect_end(&victim);
    if (!dies_alone(p)) {
        if (has_neighbour)
            client_expect_end(&neighbour);
        expect_crash(cell);
        return;
    }
    if (has_neighbour) {
        client_exchange(&neighbour, 100, NULL);
        client_finish(&neighbour);
    }
    expect_service(cell->server.port);
    expect_census(&cell->server, &before);
}
