#include "bench/measure/trial/watch.h"

#include "bench/measure/trial/control_group.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STEP_MS = 50, LAST_READS = 16, ELSEWHERE_AT_MOST = 5000 };

// The tasks of this machine: the process table need not be read while their number grows little.
static unsigned tasks(void)
{
    unsigned count = 0;
    FILE *file = fopen("/proc/loadavg", "re");
    if (file && fscanf(file, "%*f %*f %*f %*u/%u", &count) != 1)
        count = 0;
    if (file)
        fclose(file);
    return count;
}

static void keep_end(struct watch *w, const char *text, size_t length)
{
    if (length > WATCH_TAIL) {
        text += length - WATCH_TAIL;
        length = WATCH_TAIL;
    }
    size_t kept = w->length + length > WATCH_TAIL ? WATCH_TAIL - length : w->length;
    memmove(w->tail, w->tail + w->length - kept, kept);
    memcpy(w->tail + kept, text, length);
    w->length = kept + length;
    w->tail[w->length] = '\0';
}

// False at the end: no process has the other end any more.
static bool read_some(struct watch *w, int wait_ms)
{
    char text[65536];
    struct pollfd printed = {.fd = w->fd, .events = POLLIN};
    if (poll(&printed, 1, wait_ms) <= 0)
        return !atomic_load(&w->ends);
    ssize_t n = read(w->fd, text, sizeof text);
    if (n > 0)
        keep_end(w, text, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

// So many new tasks that they must be descendants are too many in whatever group they are.
static bool are_too_many(const struct watch *w, unsigned begun)
{
    unsigned most = begun + w->most_processes, now = tasks();
    return now > most + ELSEWHERE_AT_MOST ||
           (now > most && process_group_count(w->group) > w->most_processes);
}

static void *keep_watch(void *watch)
{
    struct watch *w = watch;
    unsigned begun = tasks();
    uint64_t due_ns = now_ns();
    // A pipe that is not empty soon after the end is one that a process still prints into.
    for (unsigned last = 0; last < LAST_READS && read_some(w, last ? 0 : STEP_MS);
         last += atomic_load(&w->ends)) {
        if (now_ns() < due_ns || atomic_load(&w->has_killed))
            continue;
        due_ns = now_ns() + STEP_MS * UINT64_C(1000000);
        if (are_too_many(w, begun)) {
            atomic_store(&w->has_killed, true); // before others can see that it has ended
            kill(-w->group, SIGKILL);
            control_group_kill(w->group);
        }
    }
    return NULL;
}

void watch_begin(struct watch *w, int fd, pid_t group, unsigned most_processes)
{
    sigset_t all, before;
    w->guard = process_guard(group);
    w->fd = fd;
    w->group = group;
    w->most_processes = most_processes;
    w->length = 0;
    *w->tail = '\0';
    atomic_init(&w->ends, false);
    atomic_init(&w->has_killed, false);
    sigfillset(&all); // signals are for the main thread, whose waiting they interrupt
    pthread_sigmask(SIG_SETMASK, &all, &before);
    errno = pthread_create(&w->thread, NULL, keep_watch, w);
    if (errno)
        err(1, "a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

bool watch_has_killed(struct watch *w)
{
    return atomic_load(&w->has_killed);
}

void watch_end(struct watch *w)
{
    atomic_store(&w->ends, true);
    pthread_join(w->thread, NULL);
    process_guard_end(&w->guard);
    close(w->fd);
}
