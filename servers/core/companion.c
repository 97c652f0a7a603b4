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
static volatile sig_atomic_t told; // in the companion: to come to its end
static atomic_bool ending;         // in the server: it has been told

static void nothing(void)
{
}

static _Noreturn void clean_and_exit(void)
{
    clean();
    _exit(0);
}

// From the server, which repeats it until it is heard, or from the kernel, because the server died.
static void on_end(int signal_number)
{
    (void)signal_number;
    if (getppid() != server)
        clean_and_exit();
    told = 1;
}

bool companion_goes_on(void)
{
    return !told;
}

static _Noreturn void accompany(void (*work)(void))
{
    struct sigaction action = {.sa_handler = on_end}; // without SA_RESTART: nobody waits on
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGUSR1);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGUSR1, &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &heard, NULL) < 0 ||
        prctl(PR_SET_PDEATHSIG, SIGUSR1) < 0)
        _exit(1);
    if (getppid() != server) // which died before that
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
    sigaddset(&held, SIGUSR1); // until it can answer
    if (sigprocmask(SIG_BLOCK, &held, &before) < 0 || atexit(companion_end) != 0)
        err(1, "cannot start the companion of the server");
    // A fork whose end no signal tells. All arguments are 0: their order depends on the machine.
    companion = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
    if (companion == 0)
        accompany(work);
    if (companion < 0) {
        warn("clone: the server lacks its companion");
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
        poll(NULL, 0, 1); // as nanosleep(), which is not async-signal-safe
    }
    companion = 0;
    clean(); // if the companion was killed, it could not
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
        errx(1, "the process that keeps what the requests share is gone");
    _exit(1);
}
