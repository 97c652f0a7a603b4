// pipe_owner: an owner process holds the state. Others send requests through one pipe, and it
// replies through another, which is the requester's alone meanwhile.
//
// UNP vol. 2, 4.3 and 4.8. A pipe does not distinguish its readers, so each pending request needs
// its own reply pipe. A pipe made by a requester could not get to an owner that started earlier. So
// 16 pipes are made beforehand and inherited. The right to use one is a token: its number, a byte
// that is read from a third pipe and put back there. A requester without a token waits. A request
// is the number of its reply pipe. Costs four system calls in the requester, two in the owner (one
// to read many requests), and two switches; also a fork that copies 19 more descriptors. A
// requester that is killed during a request takes its token along.
//
// Only the owner can write replies and read requests: if it dies, requesters notice.
#include "servers/core/companion.h"
#include "servers/core/owner.h"
#include "servers/core/state.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

enum { SLOTS = 16, READ = 0, WRITE = 1 };

static int tokens[2], requests[2], replies[SLOTS][2];

static bool put(int pipe, const void *data, size_t bytes)
{
    ssize_t n;
    do
        n = write(pipe, data, bytes);
    while (n < 0 && errno == EINTR);
    return n > 0; // so few bytes are written in one piece
}

static bool get(int pipe, void *data, size_t bytes)
{
    ssize_t n;
    do
        n = read(pipe, data, bytes);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

static void serve(struct state *state)
{
    unsigned char slots[SLOTS];
    while (companion_running()) {
        ssize_t n = read(requests[READ], slots, sizeof slots);
        for (ssize_t i = 0; i < n; i++) {
            uint64_t count = state_add(state);
            put(replies[slots[i]][WRITE], &count, sizeof count);
        }
    }
}

static void open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        err(1, "pipe");
}

static void prepare(void)
{
    open_pipe(tokens);
    open_pipe(requests);
    for (unsigned char i = 0; i < SLOTS; i++) {
        open_pipe(replies[i]);
        if (!put(tokens[WRITE], &i, 1))
            err(1, "pipe");
    }
    signal(SIGPIPE, SIG_IGN); // a write to a pipe without readers then returns EPIPE
    owner_start(serve, NULL);
    close(requests[READ]);
    for (int i = 0; i < SLOTS; i++)
        close(replies[i][WRITE]);
}

static uint64_t add(void)
{
    unsigned char slot;
    uint64_t count = 0;
    if (!get(tokens[READ], &slot, 1))
        companion_lost();
    bool answered =
        put(requests[WRITE], &slot, 1) && get(replies[slot][READ], &count, sizeof count);
    put(tokens[WRITE], &slot, 1); // in any case: others wait for it
    if (!answered)
        companion_lost();
    return count;
}

STATE_MECHANISM(.name = "pipe_owner",
                .suits = ONE_THREAD | THREADS | PROCESSES | PROCESSES_SHARING_MEMORY,
                .is_for = "all servers", .prepare = prepare, .add = add, .end = owner_end);
