// signal: a signal that the receiver waits for, and shared memory for what it cannot carry.
//
// TLPI 20.5, 22.10 and 49.7. SIGUSR1 is blocked, so no handler runs: sigwaitinfo() takes it out of
// those pending. It says that there is a message, and the message is in the shared memory, copied
// by the processes as in sysv_shm_sem. A signal sent while one is pending is lost; there is never
// more than one message under way.
//
// Nothing to clean up: the memory has no name.
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/core/ipc.h"

static char *areas[ROLES];
static enum role own, other;
static pid_t processes[ROLES];
static sigset_t awaited;

static void open_memory(void)
{
    areas[INITIATOR] = map_shared((size_t)ROLES * MAX_MESSAGE_BYTES);
    areas[PEER] = areas[INITIATOR] + MAX_MESSAGE_BYTES;
    processes[INITIATOR] = getpid();

    sigemptyset(&awaited);
    sigaddset(&awaited, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &awaited, NULL) < 0) // the fork hands this down
        err(EXIT_FAILURE, "sigprocmask");
}

static void tell(void)
{
    if (kill(processes[other], SIGUSR1) < 0)
        err(EXIT_FAILURE, "kill");
}

// Returns who sent it.
static pid_t await_signal(void)
{
    siginfo_t info;

    while (sigwaitinfo(&awaited, &info) < 0)
        if (errno != EINTR) // which SA_RESTART does not restart
            err(EXIT_FAILURE, "sigwaitinfo");
    return info.si_pid;
}

// The peer knows its initiator; who the peer is the initiator learns from a first signal.
static void take_areas(enum role self)
{
    own = self;
    other = self == INITIATOR ? PEER : INITIATOR;
    if (self == PEER)
        tell();
    else
        processes[PEER] = await_signal();
}

static void send_message(const void *message, size_t bytes)
{
    memcpy(areas[own], message, bytes);
    tell();
}

static void receive_message(void *message, size_t bytes)
{
    if (await_signal() != processes[other])
        errx(EXIT_FAILURE, "SIGUSR1 came from a stranger");
    memcpy(message, areas[other], bytes);
}

const struct ipc ipc = {
    .summary = "shared memory, with SIGUSR1 to wake the receiver, who waits in sigwaitinfo()",
    .source = "TLPI 20.5, 22.10 and 49.7",
    .family = SHARED,
    .open = open_memory,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
};
