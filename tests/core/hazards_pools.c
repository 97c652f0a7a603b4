#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"
#include "tests/core/inject.h"

#include <signal.h>

enum { MOST_WORKERS = 64 };

struct pool {
    const struct cell *cell;
    const pid_t *killed; // none of these is in a pool that is whole again
    size_t size;
};

static bool is_whole(const void *argument)
{
    const struct pool *p = argument;
    pid_t now[MOST_WORKERS];
    size_t n = children_of(p->cell->server.pid, now, MOST_WORKERS);
    for (size_t i = 0; i < n && i < MOST_WORKERS; i++)
        for (size_t k = 0; k < p->size; k++)
            if (now[i] == p->killed[k])
                return false;
    return n == p->size;
}

// Kills the first n workers of those there and returns how many it were.
static size_t kill_workers(const struct cell *cell, size_t n, pid_t killed[MOST_WORKERS])
{
    size_t there = children_of(cell->server.pid, killed, n);
    for (size_t i = 0; i < there && i < n; i++)
        kill(killed[i], SIGKILL);
    return there < n ? there : n;
}

static bool is_dead(const void *pid)
{
    pid_t dead = *(const pid_t *)pid;
    return process_is(dead, 'Z') || kill(dead, 0) < 0;
}

// Kills all workers and whatever replaces them, for so long. Returns how many it were.
static size_t kill_replacements(const struct cell *cell, size_t size, int for_ms)
{
    enum { MOST_DEATHS = 4096 };
    pid_t dead[MOST_DEATHS], now[MOST_WORKERS];
    size_t deaths = 0;
    uint64_t end_ns = now_ns() + (uint64_t)for_ms * 1000000;
    while (ns_until(end_ns) > 0) {
        size_t n = children_of(cell->server.pid, now, size);
        for (size_t i = 0; i < n && i < size; i++) {
            size_t d = 0;
            while (d < deaths && dead[d] != now[i])
                d++;
            if (d < deaths || deaths == MOST_DEATHS)
                continue; // dying already
            kill(now[i], SIGKILL);
            dead[deaths++] = now[i];
        }
    }
    for (size_t d = 0; d < deaths; d++)
        require(within(SECOND_MS, is_dead, &dead[d]));
    return deaths;
}

void worker_killed(struct cell *cell)
{
    enum { STORM_MS = 150, MOST_ROUNDS = 10 };
    struct census before = baseline(cell);
    size_t size = before.processes - 1;
    require(size >= 1 && size <= MOST_WORKERS);

    pid_t killed[MOST_WORKERS] = {0};
    struct pool pool = {cell, killed, size};
    for (size_t i = 0; i < size; i++) { // the oldest each time: one of them holds the lock
        require(kill_workers(cell, 1, killed) == 1);
        require(within(SECOND_MS, is_dead, killed)); // or it could still accept a client
        expect_service(cell->server.port);
        if (!within(SECOND_MS, is_whole, &pool))
            fail_because("a killed worker is not replaced");
    }
    require(kill_workers(cell, size, killed) == size);
    if (!within(SECOND_MS, is_whole, &pool))
        fail_because("%zu killed workers are not replaced by as many", size);
    expect_service(cell->server.port);

    // Workers that die as soon as they are made are not made as fast as the machine can.
    size_t deaths = kill_replacements(cell, size, STORM_MS);
    if (deaths > MOST_ROUNDS * size)
        fail_because("%zu workers made and killed in %d ms", deaths, STORM_MS);
    expect_service(cell->server.port);
    expect_census(&cell->server, &before);
}

// ---- workers that cannot be made ----

static const char making[] = "clone,clone3,fork,vfork";

static bool has_failed(const void *injection)
{
    return injected(injection) > 0;
}

void successor_refused(struct cell *cell)
{
    pid_t killed[MOST_WORKERS] = {0};
    struct census before = baseline(cell);
    struct pool pool = {cell, killed, before.processes - 1};
    struct injection i = inject_into_cell(cell, making, "ENOMEM", "1+");
    require(kill_workers(cell, 1, killed) == 1);
    if (!within(SECOND_MS, has_failed, &i))
        fail_because("does not try to replace a killed worker within a second");
    struct client c = client_connect(cell->server.port, 1);
    injection_end(&i);
    if (!within(SECOND_MS, is_whole, &pool))
        fail_because("does not try again to replace a killed worker");
    client_exchange(&c, 100, NULL); // where workers have queues of their own, only now
    client_finish(&c);
    expect_census(&cell->server, &before);
}

// The first attempts fail. No client but one comes to bring about others.
void pool_refused_at_start(struct cell *cell)
{
    if (DEFERS_SIGNALS)
        skip_because(cell, "the thread sanitizer makes threads, too, and needs them");
    cell->server.held = true;
    launch_server(cell);
    require(within(SECOND_MS, process_is_stopped, &cell->server.pid));
    struct injection i = inject_into_cell(cell, making, "EAGAIN", "1..3");
    kill(cell->server.pid, SIGCONT);
    process_listens(&cell->server);
    expect_service(cell->server.port);
    baseline(cell);
    require(injection_end(&i) > 0);
}
