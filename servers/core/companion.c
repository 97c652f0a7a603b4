#include "servers/core/companion.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t server, companion;
static void (*clean)(void);
static volatile sig_atomic_t asked_to_end; // in the companion: asked to end
static atomic_bool ending;                 // in the server: the companion has been asked to end

static void nothing(void)
{
}

static _Noreturn void clean_and_exit(void)
{
    clean();
    _exit(0);
}

// Sent by the server, repeatedly until it takes effect, or by the kernel because the server died.
static void on_end(int signal_number)
{
    (void)signal_number;
    if (getppid() != server)
        clean_and_exit();
    asked_to_end = 1;
}

bool companion_running(void)
{
    return !asked_to_end;
}

static _Noreturn void companion_main(void (*work)(void))
{
    struct sigaction action = {.sa_handler = on_end}; // no SA_RESTART: blocking calls return
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGUSR1);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGUSR1, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &heard, NULL) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGUSR1) < 0)
        _exit(1);
    if (getppid() != server) // the server died before the prctl
        clean_and_exit();
    work();
    clean_and_exit();
}

void companion_start(void (*work)(void), void (*clean_up)(void))
{
    sigset_t held, before;
    server = getpid();
    clean = clean_up ? clean_up : nothing;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGUSR1); // until its handler is installed
    if (sigprocmask(SIG_BLOCK, &held, &before) < 0 || atexit(companion_end) != 0)
        err(1, "cannot start the companion process");
    // A fork without an exit signal. All arguments are 0 because their order depends on the
    // architecture.
    companion = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (companion == 0)
        companion_main(work);
    if (companion < 0) {
        warn("clone: cannot start the companion process");
        clean();
        exit(1);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void companion_end(void)
{
    int saved_errno = errno;
    if (companion <= 0 || getpid() != server)
        return;
    atomic_store(&ending, true);
    while (waitpid(companion, NULL, __WCLONE | WNOHANG) == 0) {
        kill(companion, SIGUSR1);
        poll(NULL, 0, 1); // like nanosleep(), which is not async-signal-safe
    }
    companion = 0;
    clean(); // a killed companion did not
    errno = saved_errno;
}

pid_t companion_pid(void)
{
    return companion;
}

void companion_lost(void)
{
    while (atomic_load(&ending))
        pause();
    if (getpid() == server)
        errx(1, "the process that holds the shared state is gone");
    _exit(1);
}
