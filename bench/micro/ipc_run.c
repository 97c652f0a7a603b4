// Ensures that no process, and nothing that ipc.remove() removes, outlives a run.
//
// There is always a child. The child's death is a SIGCHLD, which ends the parent wherever it waits;
// the parent's death, even by SIGKILL, is a SIGTERM to the child. The last of the two calls
// ipc.remove(). The child has its own process group, so that killing the parent's whole group
// leaves the child alive to do so.
//
// The child is the peer of the parent or, if the peer is a thread, contains both ends. Then the
// parent only waits for it: the threads of one process all die together, and could not clean up for
// each other.
#include "bench/micro/ipc_run.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIP = 77 };

// Message i begins at pattern[i % PERIOD], and pattern[k] is k % PERIOD. It differs in every byte
// from the PERIOD - 1 messages before it, so even a stale one-byte message is detected. The period
// is prime, so that swapped pages are detected, too. The pattern is written once, so that a message
// costs only the comparison.
enum { PERIOD = 251 };
static unsigned char pattern[MAX_MESSAGE_BYTES + PERIOD];
static _Thread_local unsigned char message[MAX_MESSAGE_BYTES];

static pid_t parent;
static volatile pid_t child;   // 0: none, or none any more, or this process is the child
static const char *child_died; // prepared in advance: a signal handler must not use printf

// ---- what the two ends do ----

static void write_pattern(void)
{
    for (size_t k = 0; k < sizeof pattern; k++)
        pattern[k] = (unsigned char)(k % PERIOD);
}

static void send_number(unsigned long number, const struct run *run)
{
    ipc.send(pattern + number % PERIOD, run->message_bytes);
}

static bool came_whole(unsigned long number, const struct run *run)
{
    return memcmp(message, pattern + number % PERIOD, run->message_bytes) == 0;
}

static void expect_answer(unsigned long number, const struct run *run)
{
    ipc.receive(message, run->message_bytes);
    if (!came_whole(number, run))
        errx(EXIT_FAILURE, "message %lu came back with wrong bytes", number + 1);
}

static void make_round_trips(const struct run *run)
{
    for (unsigned long number = 0; number < run->count; number++) {
        send_number(number, run);
        expect_answer(number, run);
    }
}

static void send_all(const struct run *run)
{
    for (unsigned long number = 0; number < run->count; number++)
        send_number(number, run);
    expect_answer(run->count - 1, run);
}

static _Noreturn void complain(unsigned long number)
{
    errx(EXIT_FAILURE, "message %lu reached the peer with wrong bytes", number + 1);
}

// The initiator compares the whole message. The peer checks one byte, so that a message that never
// left the initiator cannot pass.
static void answer_each(const struct run *run)
{
    for (unsigned long number = 0; number < run->count; number++) {
        ipc.receive(message, run->message_bytes);
        if (message[0] != pattern[number % PERIOD])
            complain(number);
        ipc.send(message, run->message_bytes);
    }
}

static void answer_last(const struct run *run)
{
    for (unsigned long number = 0; number < run->count; number++) {
        ipc.receive(message, run->message_bytes);
        if (!came_whole(number, run))
            complain(number);
    }
    ipc.send(message, run->message_bytes);
}

static void let_go(enum role other, const struct run *run)
{
    if (!run->peer_is_thread && ipc.let_go != NULL)
        ipc.let_go(other);
}

static void be_initiator(const struct run *run)
{
    ipc.take(INITIATOR);
    let_go(PEER, run);
    if (run->traffic == ONE_WAY)
        send_all(run);
    else
        make_round_trips(run);
}

static bool pin_to(long cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (cpu >= CPU_SETSIZE)
        return false;
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

static void be_peer(const struct run *run)
{
    if (run->peer_cpu != ANY_CPU && !pin_to(run->peer_cpu))
        err(EXIT_FAILURE, "CPU %ld", run->peer_cpu);
    ipc.take(PEER);
    let_go(INITIATOR, run);
    if (run->traffic == ONE_WAY)
        answer_last(run);
    else
        answer_each(run);
}

// ---- how they live and die ----

// Also runs in signal handlers: async-signal-safe calls only.
static void tear_down(void)
{
    pid_t victim = child;

    child = 0; // first, so that this death does not count as a failure
    if (victim > 0) {
        kill(victim, SIGKILL);
        waitpid(victim, NULL, 0);
    }
    if (ipc.remove != NULL)
        ipc.remove();
}

// Not in the child: its parent sees its end, an answer may still be unread, and the other of two
// threads would take the removal for a second failure.
static void tear_down_at_exit(void)
{
    if (getpid() == parent)
        tear_down();
}

static bool is_orphan(void)
{
    return getpid() != parent && getppid() != parent;
}

// Dies of the signal (SA_RESETHAND has restored the default), so that a caller can see it. An
// orphan, or a thread whose process is ending, has no one to report to.
static void on_termination(int signal_number)
{
    if (is_orphan())
        close(STDERR_FILENO);
    if (is_orphan() || getpid() == parent)
        tear_down();
    raise(signal_number);
}

static void on_child(int signal_number, siginfo_t *info, void *context)
{
    bool exited = info->si_code == CLD_EXITED;

    (void)signal_number;
    (void)context;
    if (child == 0 || info->si_pid != child || (exited && info->si_status == EXIT_SUCCESS))
        return;
    tear_down();
    if (exited) // and has printed the reason
        _exit(info->si_status);
    if (write(STDERR_FILENO, child_died, strlen(child_died)) < 0)
        _exit(EXIT_FAILURE); // no way to report the reason
    _exit(EXIT_FAILURE);
}

static void compose_last_words(const struct run *run)
{
    static char words[128];

    snprintf(words, sizeof words, "%s: the %s died\n", program_invocation_short_name,
             run->peer_is_thread ? "process of both threads" : "peer process");
    child_died = words;
}

static void install_handlers(void)
{
    struct sigaction termination = {.sa_handler = on_termination,
                                    .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    struct sigaction ended = {.sa_sigaction = on_child,
                              .sa_flags = SA_SIGINFO | SA_NOCLDSTOP | SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN}; // write() then returns EPIPE

    if (sigaction(SIGTERM, &termination, NULL) < 0 || sigaction(SIGINT, &termination, NULL) < 0 ||
        sigaction(SIGCHLD, &ended, NULL) < 0 || sigaction(SIGPIPE, &ignore, NULL) < 0)
        err(EXIT_FAILURE, "sigaction");
    if (atexit(tear_down_at_exit) != 0)
        errx(EXIT_FAILURE, "atexit failed");
}

static void mask_signals(int how)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    if (sigprocmask(how, &signals, NULL) < 0)
        err(EXIT_FAILURE, "sigprocmask");
}

static void tie_to_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || setpgid(0, 0) < 0)
        err(EXIT_FAILURE, "prctl or setpgid");
    if (getppid() != parent)
        raise(SIGTERM); // the parent died before prctl()
}

static void *be_peer_thread(void *run)
{
    be_peer(run);
    return NULL;
}

static void be_both(const struct run *run)
{
    pthread_t peer;

    errno = pthread_create(&peer, NULL, be_peer_thread, (void *)run);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    be_initiator(run);
    errno = pthread_join(peer, NULL);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
}

static _Noreturn void be_child(const struct run *run)
{
    tie_to_parent();
    mask_signals(SIG_UNBLOCK);
    if (run->peer_is_thread)
        be_both(run);
    else
        be_peer(run);
    _exit(EXIT_SUCCESS);
}

// on_child() judges how the child ended; this only waits for it.
static void reap_child(void)
{
    if (waitpid(child, NULL, 0) < 0)
        err(EXIT_FAILURE, "waitpid");
    child = 0;
}

// Signals are blocked from before open() until both processes can handle them.
void ipc_run(const struct run *run)
{
    parent = getpid();
    write_pattern();
    compose_last_words(run);
    install_handlers();
    mask_signals(SIG_BLOCK);
    ipc.open(run->traffic);

    pid_t pid = fork();

    if (pid < 0)
        err(EXIT_FAILURE, "fork");
    if (pid == 0)
        be_child(run);
    child = pid;
    mask_signals(SIG_UNBLOCK);
    if (!run->peer_is_thread)
        be_initiator(run);
    reap_child();
}

// ---- whether it can be run ----

// Only the kernel knows which CPUs may be used, so this process moves there for a moment: there may
// be more than its current affinity allows.
static bool may_use(long cpu)
{
    cpu_set_t before;

    if (sched_getaffinity(0, sizeof before, &before) < 0)
        err(EXIT_FAILURE, "sched_getaffinity");
    if (!pin_to(cpu))
        return false;
    if (sched_setaffinity(0, sizeof before, &before) < 0)
        err(EXIT_FAILURE, "sched_setaffinity");
    return true;
}

void ipc_check(const struct run *run)
{
    const char *reason = ipc.unsupported != NULL ? ipc.unsupported() : NULL;

    if (reason != NULL)
        errx(EXIT_SKIP, "%s", reason);

    size_t most = ipc.most_bytes != NULL ? ipc.most_bytes() : MAX_MESSAGE_BYTES;

    if (run->message_bytes > most)
        errx(EXIT_SKIP, "a message is at most %zu bytes long here, not %zu", most,
             run->message_bytes);
    if (run->peer_cpu != ANY_CPU && !may_use(run->peer_cpu))
        errx(EXIT_SKIP, "CPU %ld does not exist here, or this program may not use it",
             run->peer_cpu);
}
