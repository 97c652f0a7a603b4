// signal: a signal that the receiver waits for, and shared memory for the data.
//
// TLPI 20.5, 22.10 and 49.7. SIGUSR1 is blocked, so no handler runs: sigwaitinfo() takes it from
// the pending set. It announces a message; the message itself is in shared memory, copied by the
// two ends as in sysv_shm_sem. A signal sent while one is pending is lost, so at most one message
// is in flight: in a stream SIGUSR2 tells the sender that it has been copied out. tgkill() is
// kill() to a given thread, so it also works between threads.
//
// Nothing to clean up: the memory is anonymous.
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

static struct {
    char areas[ROLES][MAX_MESSAGE_BYTES];
    struct {
        pid_t process, thread;
    } ends[ROLES];
    pthread_barrier_t both_known;
} * shared;

static bool is_stream;
static sigset_t message_came, area_emptied;
static _Thread_local enum role own, other;
static _Thread_local bool has_sent;

static void open_memory(enum traffic traffic)
{
    pthread_barrierattr_t attributes;

    is_stream = traffic == ONE_WAY;
    shared = map_shared(sizeof *shared);
    pthread_barrierattr_init(&attributes);
    errno = pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (errno == 0)
        errno = pthread_barrier_init(&shared->both_known, &attributes, ROLES);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_barrier_init");

    sigemptyset(&message_came);
    sigaddset(&message_came, SIGUSR1);
    sigemptyset(&area_emptied);
    sigaddset(&area_emptied, SIGUSR2);
    if (sigprocmask(SIG_BLOCK, &message_came, NULL) < 0 || // processes and threads inherit this
        sigprocmask(SIG_BLOCK, &area_emptied, NULL) < 0)
        err(EXIT_FAILURE, "sigprocmask");
}

static void take_areas(enum role self)
{
    own = self;
    other = opposite(self);
    shared->ends[self].process = getpid();
    shared->ends[self].thread = gettid();
    pthread_barrier_wait(&shared->both_known);
}

static void tell(int signal_number)
{
    if (tgkill(shared->ends[other].process, shared->ends[other].thread, signal_number) < 0)
        err(EXIT_FAILURE, "tgkill");
}

static void await(const sigset_t *awaited)
{
    siginfo_t info;

    while (sigwaitinfo(awaited, &info) < 0)
        if (errno != EINTR) // SA_RESTART does not restart it
            err(EXIT_FAILURE, "sigwaitinfo");
    if (info.si_pid != shared->ends[other].process)
        errx(EXIT_FAILURE, "received a signal from another process");
}

static void send_message(const void *message, size_t bytes)
{
    if (is_stream && has_sent)
        await(&area_emptied);
    has_sent = true;
    memcpy(shared->areas[own], message, bytes);
    tell(SIGUSR1);
}

static void receive_message(void *message, size_t bytes)
{
    await(&message_came);
    memcpy(message, shared->areas[other], bytes);
    if (is_stream && own == PEER) // its single answer is never waited for
        tell(SIGUSR2);
}

const struct ipc ipc = {
    .summary = "shared memory, with SIGUSR1 to wake the receiver, which waits in sigwaitinfo()",
    .source = "TLPI 20.5, 22.10 and 49.7",
    .family = SHARED,
    .open = open_memory,
    .take = take_areas,
    .send = send_message,
    .receive = receive_message,
};
