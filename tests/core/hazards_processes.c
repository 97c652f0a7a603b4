#include "clients/core/clock.h"
#include "tests/core/client.h"
#include "tests/core/contract.h"
#include "tests/core/failure.h"
#include "tests/core/inject.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

// ---- a process or a thread per connection ----

enum { MOST = 4, CLIENTS = 12 };

static unsigned servants(const struct cell *cell, const struct census *before)
{
    struct census now = census(&cell->server);
    return now.processes - before->processes +
           (cell->program->family == THREAD ? now.threads - before->threads : 0);
}

struct crowd {
    const struct cell *cell;
    const struct census *before;
};

static bool few_servants(const void *argument)
{
    const struct crowd *c = argument;
    return servants(c->cell, c->before) <= MOST;
}

static bool has_room(const void *argument)
{
    const struct crowd *c = argument;
    return servants(c->cell, c->before) < MOST;
}

// A client that is waiting for its answer and has it now; NULL if there is none within limit_ms.
static struct client *next_answered(struct client *clients, int limit_ms)
{
    uint64_t end_ns = now_ns() + (uint64_t)limit_ms * 1000000;
    do {
        for (unsigned i = 0; i < CLIENTS; i++)
            if (clients[i].received < clients[i].sent && client_has_news(&clients[i], 1))
                return &clients[i];
    } while (ns_until(end_ns) > 0);
    return NULL;
}

// --max-children is MOST. All clients persist: the next is served when one leaves.
void max_children(struct cell *cell)
{
    enum { NO_ANSWER_MS = 50 };
    struct census before = baseline(cell);
    struct crowd crowd = {cell, &before};
    struct client clients[CLIENTS], *served[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_send(&clients[i], 10);
    }
    for (unsigned n = 0; n < CLIENTS; n++) {
        if (n >= MOST) {
            if (next_answered(clients, NO_ANSWER_MS))
                fail_because("more than %d clients are served at once", MOST);
            client_finish(served[n - MOST]);
        }
        served[n] = next_answered(clients, client_limit_ms);
        if (!served[n])
            fail_because("client %u of %d is never served", n + 1, CLIENTS);
        client_expect(served[n], 10);
        // A thread gives its place away just before it is gone; a process, when it is.
        if (!within(cell->program->family == THREAD ? SECOND_MS : 0, few_servants, &crowd))
            fail_because("%u at once, %d are allowed", servants(cell, &before), MOST);
    }
    for (unsigned n = CLIENTS - MOST; n < CLIENTS; n++)
        client_finish(served[n]);
    expect_census(&cell->server, &before);
}

// --refuse-beyond is MOST. Those beyond are closed at once; when one leaves, there is room again.
void refuse_beyond(struct cell *cell)
{
    struct census before = baseline(cell);
    struct crowd crowd = {cell, &before};
    struct client clients[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(cell->server.port, i);
        if (i < MOST)
            client_exchange(&clients[i], 10, NULL);
        else
            client_expect_end(&clients[i]);
    }
    require(few_servants(&crowd));
    client_finish(&clients[0]);
    require(within(SECOND_MS, has_room, &crowd));
    expect_service(cell->server.port);
    for (unsigned i = 1; i < CLIENTS; i++)
        client_close(&clients[i]);
    expect_census(&cell->server, &before);
}

// The inode of the only socket that a process holds, under however many descriptors.
static unsigned long only_socket(pid_t pid)
{
    char path[64], target[64];
    unsigned long inode, only = 0;
    for (int fd = 0; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n < 0)
            continue;
        target[n] = '\0';
        if (sscanf(target, "socket:[%lu]", &inode) != 1)
            continue;
        if (only && inode != only)
            fail_because("a child holds a socket besides its connection");
        only = inode;
    }
    if (!only)
        fail_because("a child holds no connection");
    return only;
}

void child_holds_only_its_connection(struct cell *cell)
{
    enum { FEW = 3 };
    struct client clients[FEW];
    for (unsigned i = 0; i < FEW; i++) {
        clients[i] = client_connect(cell->server.port, i);
        client_exchange(&clients[i], 10, NULL);
    }
    pid_t children[FEW];
    require(children_of(cell->server.pid, children, FEW) == FEW);
    unsigned long first = only_socket(children[0]), second = only_socket(children[1]);
    require(first != second && second != only_socket(children[2]));
    for (unsigned i = 0; i < FEW; i++)
        client_finish(&clients[i]);
}

// A client without a process is closed; it is neither forgotten nor served by the parent.
void servant_refused(struct cell *cell)
{
    static const char *const errors[] = {"EAGAIN", "ENOMEM"};
    struct census before = baseline(cell);
    for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
        struct injection i = inject_into_cell(cell, "clone,clone3,fork,vfork", errors[e], "1");
        if (is_served(cell->server.port, 100))
            fail_because("%s: served, though neither process nor thread could be made", errors[e]);
        expect_service(cell->server.port);
        require(injection_end(&i) > 0);
    }
    expect_census(&cell->server, &before);
}
