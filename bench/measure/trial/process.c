#include "bench/measure/trial/process.h"

#include "bench/measure/trial/control_group.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/kcmp.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void arguments_add(struct arguments *a, char *words)
{
    if (strcmp(words, "-") == 0)
        return;
    for (char *word; (word = strsep(&words, " "));)
        if (*word && a->count < ARGUMENTS_AT_MOST)
            a->list[a->count++] = word;
}

void arguments_inherit(struct arguments *a, int fd)
{
    if (a->inherited_count < ARGUMENTS_AT_MOST)
        a->inherited[a->inherited_count++] = fd;
}

static int ms_until(uint64_t until_ns)
{
    uint64_t left_ns = ns_until(until_ns);
    return left_ns == 0 ? 0 : (int)(left_ns / 1000000 + 1);
}

// The recently started children of this process.
enum { NOTED = 64 };
static pid_t started[NOTED];
static size_t starts;

// Kernels before 5.11 cannot mark all descriptors at once, to be closed by exec.
static void close_each_on_exec(void)
{
    DIR *folder = opendir("/proc/self/fd");
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        int fd = atoi(entry->d_name);
        if (fd > STDERR_FILENO)
            fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    if (folder)
        closedir(folder);
}

// Those of its children that stay.
static pid_t kept[NOTED];

void process_keep(pid_t pid)
{
    size_t i = 0;
    while (i + 1 < NOTED && kept[i] && kept[i] != pid && kill(kept[i], 0) == 0)
        i++;
    kept[i] = pid;
}

static void note_start(pid_t pid)
{
    started[starts++ % NOTED] = pid;
}

static bool inherit(const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->inherited_count; i++)
        if (fcntl(arguments->inherited[i], F_SETFD, 0) < 0)
            return false;
    return true;
}

pid_t process_start(const struct arguments *arguments, const cpu_set_t *cpus, int output_fd,
                    int error_fd)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1); // orphans come to this process
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid > 0) {
        note_start(pid);
        return pid;
    }
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    // Descriptors inherited from make or a lock must not reach the child.
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        close_each_on_exec();
    if (sched_setaffinity(0, sizeof *cpus, cpus) < 0 || dup2(output_fd, STDOUT_FILENO) < 0 ||
        dup2(error_fd, STDERR_FILENO) < 0 || !inherit(arguments)) {
        warn("%s", arguments->list[0]);
        _exit(127);
    }
    execvp(arguments->list[0], arguments->list);
    warn("%s", arguments->list[0]);
    _exit(127);
}

struct guard process_guard(pid_t group)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        err(1, "pipe");
    struct guard guard = {.pid = fork(), .fd = ends[1]};
    if (guard.pid < 0)
        err(1, "fork");
    if (guard.pid == 0) {
        char byte;
        setsid(); // what a terminal sends to this process is not for it
        if (dup2(ends[0], STDIN_FILENO) < 0)
            _exit(1);
        syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0);
        if (read(STDIN_FILENO, &byte, 1) == 0) {
            kill(-group, SIGKILL);
            control_group_remove(group);
        }
        _exit(0);
    }
    close(ends[0]);
    note_start(guard.pid);
    return guard;
}

void process_guard_end(const struct guard *guard)
{
    kill(guard->pid, SIGKILL);
    waitpid(guard->pid, NULL, 0);
    close(guard->fd);
}

bool process_wait(pid_t pid, uint64_t until_ns, int *status, struct rusage *usage)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        err(1, "pidfd_open");
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    int ready = poll(&ended, 1, ms_until(until_ns));
    close(pidfd);
    if (ready <= 0)
        return false;
    pid_t waited;
    do
        waited = wait4(pid, status, 0, usage);
    while (waited < 0 && errno == EINTR);
    if (waited < 0)
        err(1, "wait4");
    return true;
}

void process_visit(void (*visit)(const struct process_ids *ids, void *context), void *context)
{
    struct dirent *entry;
    DIR *proc = opendir("/proc");
    if (!proc)
        err(1, "/proc");
    while ((entry = readdir(proc))) {
        char path[300], text[512];
        struct process_ids ids = {.pid = atoi(entry->d_name)};
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        FILE *file = fopen(path, "re");
        if (!file) // it has ended meanwhile
            continue;
        const char *behind_name = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
        fclose(file);
        if (behind_name &&
            sscanf(behind_name, ") %c %d %d", &ids.state, &ids.parent, &ids.group) == 3)
            visit(&ids, context);
    }
    closedir(proc);
}

bool process_is_orphan(const struct process_ids *ids)
{
    if (ids->parent != getpid())
        return false;
    for (size_t i = 0; i < NOTED; i++)
        if (started[i] == ids->pid || kept[i] == ids->pid)
            return false;
    return true;
}

static void end_if_stray(const struct process_ids *ids, void *ended)
{
    if (!process_is_orphan(ids))
        return;
    kill(ids->pid, SIGKILL);
    waitpid(ids->pid, NULL, 0);
    ++*(unsigned *)ended;
}

unsigned process_orphans_end(void)
{
    unsigned sum = 0, ended;
    do { // an orphan's children come to this process when it ends
        ended = 0;
        process_visit(end_if_stray, &ended);
        sum += ended;
    } while (ended > 0);
    return sum;
}
