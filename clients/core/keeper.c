#include "clients/core/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ORPHANS_MS = 1000, PATIENCE_MS = 1000 };

static _Noreturn void become_launcher(pid_t keeper, int fd, int error_fd, const char *command)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
        dup2(error_fd, STDERR_FILENO) < 0)
        _exit(127);
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

// Reaps what has ended. Returns whether the launcher has, with its status.
static bool reap(pid_t launcher, int *status)
{
    bool has_ended = false;
    int of_any;
    for (pid_t pid; (pid = waitpid(-1, &of_any, WNOHANG)) > 0;)
        if (pid == launcher) {
            has_ended = true;
            *status = of_any;
        }
    return has_ended;
}

// A launcher may have something to give back when it ends, as srun has its nodes. So it is killed
// only if it ends neither with its channel nor on request.
static void end_launcher(pid_t launcher, const sigset_t *ended, int *status)
{
    static const int requests[] = {SIGTERM, SIGKILL};
    static const struct timespec step = {.tv_nsec = 20000000};
    shutdown(3, SHUT_RDWR);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        for (int ms = 0; ms < PATIENCE_MS; ms += 20) {
            if (reap(launcher, status))
                return;
            sigtimedwait(ended, NULL, &step);
        }
        kill(-launcher, requests[i]);
    }
}

// Those who ended with the launcher are not to become orphans of this process's parent.
static void reap_orphans(void)
{
    static const struct timespec step = {.tv_nsec = 2000000};
    for (int ms = 0; ms < ORPHANS_MS && waitpid(-1, NULL, WNOHANG) >= 0; ms += 2)
        nanosleep(&step, NULL);
}

// Lets go of the descriptors of the front end, such as its locks. Those that are needed become 3, 4
// and 5.
static bool take_only(const int needed[3])
{
    int high[3];
    for (int i = 0; i < 3; i++)
        if ((high[i] = fcntl(needed[i], F_DUPFD_CLOEXEC, 10)) < 0)
            return false;
    for (int i = 0; i < 3; i++)
        if (dup3(high[i], 3 + i, O_CLOEXEC) < 0)
            return false;
    syscall(SYS_close_range, 6, ~0U, 0);
    return true;
}

// What a keeper waits for: its launcher has ended, or it is to end it.
static sigset_t keeper_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    return signals;
}

// ends: of the channel, the front end's and the launcher's. The keeper's signals are blocked.
static _Noreturn void keep(pid_t front, const int ends[2], int error_fd, const char *command,
                           const cpu_set_t *cpus)
{
    static const struct timespec second = {.tv_sec = 1};
    static const char word[] = "alive\n";
    const sigset_t signals = keeper_signals();
    int status = 0, came = 0;
    setpgid(0, 0); // what a terminal sends to the front end is not for it
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (getppid() != front || !take_only((const int[]){ends[0], ends[1], error_fd}) ||
        sched_setaffinity(0, sizeof *cpus, cpus) < 0)
        _exit(1);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    pid_t keeper = getpid(), launcher = fork();
    if (launcher < 0)
        _exit(1);
    if (launcher == 0)
        become_launcher(keeper, 4, 5, command);
    setpgid(launcher, launcher); // here and there, because either may be first
    close(4);                    // the front end is to see when the launcher closes it
    while (came != SIGTERM && !reap(launcher, &status))
        if ((came = sigtimedwait(&signals, NULL, &second)) < 0 && errno == EAGAIN)
            send(3, word, sizeof word - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (came == SIGTERM)
        end_launcher(launcher, &signals, &status);
    kill(-launcher, SIGKILL); // what it started on this machine
    reap_orphans();
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

pid_t keeper_start(const int ends[2], int error_fd, const char *command, const cpu_set_t *cpus)
{
    sigset_t before;
    const sigset_t signals = keeper_signals();
    pid_t front = getpid();
    sigprocmask(SIG_BLOCK, &signals, &before); // it may be told to end before it waits for that
    pid_t keeper = fork();
    if (keeper == 0)
        keep(front, ends, error_fd, command, cpus);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return keeper;
}
