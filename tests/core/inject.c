#include "tests/core/inject.h"
#include "tests/core/census.h"
#include "tests/core/failure.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_TASKS = 256, MOST_ARGUMENTS = MOST_TASKS * 2 + 16 };

struct tasks {
    pid_t id[MOST_TASKS];
    size_t n;
};

// ---- the threads of a server ----

static void add_threads(pid_t pid, struct tasks *all)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (isdigit((unsigned char)*entry->d_name)) {
            require(all->n < MOST_TASKS);
            all->id[all->n++] = atoi(entry->d_name);
        }
    if (folder)
        closedir(folder);
    pid_t children[MOST_TASKS];
    size_t n = children_of(pid, children, MOST_TASKS);
    for (size_t i = 0; i < n && i < MOST_TASKS; i++)
        add_threads(children[i], all);
}

// The first number after a word at a line's start in a file of /proc; -1 if there is none.
static long number_after(pid_t tid, const char *file_name, const char *word)
{
    char path[64], line[256];
    long number = -1;
    size_t length = strlen(word);
    snprintf(path, sizeof path, "/proc/%d/%s", (int)tid, file_name);
    FILE *file = fopen(path, "re");
    while (file && number < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, word, length) == 0 && sscanf(line + length, "%ld", &number) != 1)
            number = -1; // "running"
    if (file)
        fclose(file);
    return number;
}

static bool waits_for_a_lock(pid_t tid)
{
    long call = number_after(tid, "syscall", "");
    return call == SYS_futex || call == SYS_fcntl || call == SYS_semop || call == SYS_semtimedop;
}

// ---- strace ----

static char problem[256];

const char *injection_problem(void)
{
    return problem;
}

struct attaching {
    pid_t strace;
    const struct tasks *tasks;
    bool ended;
};

// Whether strace has every thread that still exists, or has given up. A thread that has a tracer
// may yet be on its way into a call that is not traced; once strace waits, it has also interrupted
// each.
static bool is_attached(const void *argument)
{
    struct attaching *a = (struct attaching *)argument;
    if (waitpid(a->strace, NULL, WNOHANG) == a->strace) {
        a->ended = true;
        return true;
    }
    for (size_t i = 0; i < a->tasks->n; i++) {
        long tracer = number_after(a->tasks->id[i], "status", "TracerPid:");
        if (tracer >= 0 && tracer != a->strace)
            return false;
    }
    return number_after(a->strace, "syscall", "") == SYS_wait4;
}

static char *log_of(const struct injection *i, char *text, size_t bytes)
{
    ssize_t n = pread(i->log, text, bytes - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static bool attach(struct injection *i, char *const *arguments, const struct tasks *tasks)
{
    char text[512];
    i->log = memfd_create("strace", MFD_CLOEXEC);
    i->strace = i->log < 0 ? -1 : fork();
    if (i->strace == 0) {
        setenv("LC_ALL", "C", 1); // its reasons are read below
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(i->log, STDERR_FILENO) >= 0)
            execvp("strace", arguments);
        dprintf(STDERR_FILENO, "strace: %s\n", strerror(errno));
        _exit(127);
    }
    if (i->strace < 0)
        fail_because("cannot start strace: %s", strerror(errno));
    struct attaching attaching = {i->strace, tasks, false};
    if (!within(START_LIMIT_MS, is_attached, &attaching))
        fail_because("strace does not attach: %s", log_of(i, text, sizeof text));
    if (!attaching.ended)
        return true;
    i->strace = 0;
    log_of(i, text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    snprintf(problem, sizeof problem, "%.200s", text);
    if (strncmp(text, "strace: ", 8) != 0)
        fail_because("the first error ended the server: %s", text);
    if (!strstr(text, strerror(EPERM)) && !strstr(text, strerror(ENOENT)))
        fail_because("%s", text);
    return false;
}

// "a,b" as strace takes it for names that it may not know: "?a,?b".
static void optional(const char *calls, char *set, size_t bytes)
{
    size_t n = 0;
    for (bool first = true; *calls && n + 2 < bytes; first = *calls++ == ',') {
        if (first)
            set[n++] = '?';
        set[n++] = *calls;
    }
    set[n] = '\0';
}

static bool inject_into(struct injection *i, const struct tasks *tasks, const char *follow,
                        const char *calls, const char *error, const char *when)
{
    char set[512], trace[600], rule[700], ids[MOST_TASKS][16];
    optional(calls, set, sizeof set);
    snprintf(trace, sizeof trace, "trace=%s", set);
    snprintf(rule, sizeof rule, "inject=%s:error=%s:when=%s", set, error, when);
    const char *arguments[MOST_ARGUMENTS] = {"strace", follow, "-e", "signal=none",
                                             "-e",     trace,  "-e", rule};
    size_t n = 8;
    for (size_t t = 0; t < tasks->n; t++) {
        snprintf(ids[t], sizeof ids[t], "%d", (int)tasks->id[t]);
        arguments[n++] = "-p";
        arguments[n++] = ids[t];
    }
    return attach(i, (char *const *)arguments, tasks);
}

bool inject(struct injection *i, const struct server_process *s, const char *calls,
            const char *error, const char *when)
{
    struct tasks tasks = {.n = 0};
    add_threads(s->pid, &tasks);
    i->server = s->pid;
    return inject_into(i, &tasks, "-qqf", calls, error, when);
}

unsigned injected(const struct injection *i)
{
    static const char mark[] = "(INJECTED)";
    struct stat log;
    unsigned n = 0;
    if (!i->strace || fstat(i->log, &log) < 0)
        return 0;
    char *text = malloc((size_t)log.st_size + 1);
    require(text);
    log_of(i, text, (size_t)log.st_size + 1);
    for (const char *found = text; (found = strstr(found, mark)); found++)
        n++;
    free(text);
    return n;
}

struct expected {
    const struct injection *injection;
    size_t calls;
};

static bool have_failed(const void *argument)
{
    const struct expected *e = argument;
    return injected(e->injection) >= e->calls;
}

bool inject_into_waiting(struct injection *i, const struct server_process *s, const char *error)
{
    struct tasks all = {.n = 0}, waiting = {.n = 0};
    add_threads(s->pid, &all);
    for (size_t t = 0; t < all.n; t++)
        if (waits_for_a_lock(all.id[t]))
            waiting.id[waiting.n++] = all.id[t];
    *i = (struct injection){.server = s->pid, .log = -1};
    if (waiting.n == 0)
        return true;
    if (!inject_into(i, &waiting, "-qq", "futex,fcntl,semop,semtimedop", error, "1"))
        return false;
    struct expected all_of_them = {i, waiting.n};
    if (!within(START_LIMIT_MS, have_failed, &all_of_them))
        fail_because("%u of %zu waiting threads were interrupted", injected(i), waiting.n);
    return true;
}

struct resting {
    pid_t server;
    int *times;
};

static bool rests(const void *argument)
{
    const struct resting *r = argument;
    struct tasks tasks = {.n = 0};
    bool asleep = true;
    add_threads(r->server, &tasks);
    for (size_t i = 0; i < tasks.n; i++)
        asleep = asleep && (process_is(tasks.id[i], 'S') || process_is(tasks.id[i], 'Z'));
    *r->times = asleep ? *r->times + 1 : 0;
    return *r->times == 3;
}

static bool has_detached(const void *argument)
{
    const pid_t *strace = argument;
    return waitpid(*strace, NULL, WNOHANG) == *strace;
}

unsigned injection_end(struct injection *i)
{
    if (!i->strace)
        return 0;
    // A call that strace has kept from the kernel and not yet given its error would fail with
    // ENOSYS.
    int times = 0;
    struct resting resting = {i->server, &times};
    if (!within(START_LIMIT_MS, rests, &resting))
        fail_because("does not come to rest after %u calls failed", injected(i));
    if (kill(i->strace, SIGTERM) < 0 || !within(START_LIMIT_MS, has_detached, &i->strace))
        fail_because("strace does not detach");
    unsigned n = injected(i);
    close(i->log);
    *i = (struct injection){.log = -1};
    return n;
}
