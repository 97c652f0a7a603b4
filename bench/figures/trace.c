#include "bench/figures/trace.h"

#include "bench/measure/trial/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SYSCALL_STOP = SIGTRAP | 0x80 }; // as reported with PTRACE_O_TRACESYSGOOD

// Waits until a process stops. False if it has ended, or does not stop in time.
static bool wait_for_stop(pid_t pid, int *status, uint64_t until_ns)
{
    static const struct timespec step = {.tv_nsec = 200000};
    pid_t waited;
    while ((waited = waitpid(pid, status, WNOHANG | __WALL)) == 0 && now_ns() < until_ns)
        nanosleep(&step, NULL);
    return waited == pid && WIFSTOPPED(*status);
}

bool trace_begin(struct traced *traced, pid_t pid, uint64_t until_ns)
{
    const unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                  PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    struct __ptrace_syscall_info info;
    int status;
    *traced = (struct traced){.pid = pid, .call = -1, .call_fd = -1};
    if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0)
        return false;
    if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
        return false;
    if (!wait_for_stop(pid, &status, until_ns)) {
        errno = ETIMEDOUT;
        return false;
    }
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0) { // Linux before 5.3
        int saved_errno = errno;
        trace_end(traced);
        errno = saved_errno;
        return false;
    }
    return true;
}

static bool is_accept(long call)
{
#ifdef SYS_accept
    if (call == SYS_accept)
        return true;
#endif
    return call == SYS_accept4;
}

// read() also loads the libraries of a program that was just executed.
static bool receives(const struct traced *t)
{
    char path[64], target[64] = "";
    if (t->call != SYS_read && t->call != SYS_recvfrom && t->call != SYS_recvmsg)
        return false;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->pid, t->call_fd);
    return readlink(path, target, sizeof target - 1) > 0 &&
           strncmp(target, "socket:", strlen("socket:")) == 0;
}

// Whether the system call that the process is entering or leaving is the awaited moment.
static bool is_at(struct traced *t, enum moment moment)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof info, &info) < 0)
        return false;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        t->call = (long)info.entry.nr;
        t->call_fd = (int)info.entry.args[0];
        return (moment == AT_ACCEPT && is_accept(t->call)) || (moment == AT_RECEIVE && receives(t));
    }
    return moment == ACCEPTED && info.op == PTRACE_SYSCALL_INFO_EXIT && is_accept(t->call) &&
           !info.exit.is_error;
}

// A new child is stopped from its beginning.
static bool hold_child(const struct traced *parent, struct traced *child, uint64_t until_ns)
{
    unsigned long pid;
    int status;
    if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0)
        return false;
    *child = (struct traced){.pid = (pid_t)pid, .call = -1, .call_fd = -1};
    return wait_for_stop(child->pid, &status, until_ns);
}

bool trace_until(struct traced *traced, enum moment moment, struct traced *child, uint64_t until_ns)
{
    int status, signal_number = 0;
    while (ptrace(PTRACE_SYSCALL, traced->pid, NULL, signal_number) == 0 &&
           wait_for_stop(traced->pid, &status, until_ns)) {
        int stop = WSTOPSIG(status), event = status >> 16;
        signal_number = 0;
        if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
            event == PTRACE_EVENT_CLONE) {
            struct traced other;
            if (moment == FORKED)
                return hold_child(traced, child, until_ns);
            if (!hold_child(traced, &other, until_ns))
                return false;
            trace_end(&other);
        } else if (event == 0 && stop == SYSCALL_STOP) {
            if (is_at(traced, moment))
                return true;
        } else if (event == 0) {
            signal_number = stop; // an ordinary signal, delivered as if there were no tracer
        }
    }
    return false;
}

void trace_end(const struct traced *traced)
{
    ptrace(PTRACE_DETACH, traced->pid, NULL, NULL); // fails only if it has ended
}
