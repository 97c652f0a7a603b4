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

struct of_group {
    pid_t group;
    unsigned found;
    void (*visit)(pid_t pid, void *context);
    void *context;
};

static void visit_if_of_group(const struct process_ids *ids, void *context)
{
    struct of_group *of = context;
    if (ids->group != of->group)
        return;
    of->found++;
    if (of->visit)
        of->visit(ids->pid, of->context);
}

// Calls visit with each process of a group; of those in a control group, with the living ones.
static unsigned for_each_of_group(pid_t group, void (*visit)(pid_t pid, void *context),
                                  void *context)
{
    struct of_group of = {group, 0, visit, context};
    if (control_group_exists(group))
        return control_group_visit(group, visit, context);
    process_visit(visit_if_of_group, &of);
    return of.found;
}

struct living {
    pid_t group;
    unsigned count;
};

static void count_if_alive(const struct process_ids *ids, void *context)
{
    struct living *living = context;
    living->count += ids->group == living->group && ids->state != 'Z';
}

unsigned process_group_count(pid_t group)
{
    struct living living = {.group = group};
    if (control_group_exists(group))
        return control_group_visit(group, NULL, NULL);
    process_visit(count_if_alive, &living);
    return living.count;
}

static void add_usage(struct rusage *sum, const struct rusage *usage)
{
    timeradd(&sum->ru_utime, &usage->ru_utime, &sum->ru_utime);
    timeradd(&sum->ru_stime, &usage->ru_stime, &sum->ru_stime);
    sum->ru_minflt += usage->ru_minflt;
    sum->ru_majflt += usage->ru_majflt;
    sum->ru_nvcsw += usage->ru_nvcsw;
    sum->ru_nivcsw += usage->ru_nivcsw;
}

struct reaping {
    pid_t group;
    struct rusage *sum;
};

static void reap_if_held(const struct process_ids *ids, void *context)
{
    const struct reaping *reaping = context;
    struct rusage usage;
    if (process_is_orphan(ids) && control_group_holds(reaping->group, ids->pid) &&
        wait4(ids->pid, NULL, 0, &usage) > 0)
        add_usage(reaping->sum, &usage);
}

// All have ended, so those that left the process group are children of this process now.
static void reap_control_group(pid_t group, struct rusage *sum)
{
    struct reaping reaping = {group, sum};
    if (!control_group_exists(group))
        return;
    control_group_kill(group);
    process_visit(reap_if_held, &reaping);
}

bool process_group_end(pid_t group, struct rusage *sum)
{
    struct rusage usage;
    while (wait4(-group, NULL, WNOHANG, &usage) > 0) // those that became its children
        add_usage(sum, &usage);
    bool is_left = for_each_of_group(group, NULL, NULL) > 0;
    if (is_left)
        kill(-group, SIGKILL);
    reap_control_group(group, sum);
    while (is_left && wait4(-group, NULL, 0, &usage) > 0)
        add_usage(sum, &usage);
    return is_left;
}

static void terminate_if_outside(pid_t pid, void *group)
{
    if (getpgid(pid) != *(const pid_t *)group)
        kill(pid, SIGTERM);
}

void process_group_terminate(pid_t group)
{
    kill(-group, SIGTERM);
    control_group_visit(group, terminate_if_outside, &group);
}

bool process_is_of_group(const struct process_ids *ids, pid_t group)
{
    return ids->group == group || control_group_holds(group, ids->pid);
}

bool process_group_kill(pid_t group)
{
    struct rusage unused = {0};
    return process_group_end(group, &unused);
}

static void see_if_ignores_children(pid_t pid, void *ignores)
{
    char path[64], line[256];
    unsigned long long signals;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "SigIgn: %llx", &signals) == 1 && signals >> (SIGCHLD - 1) & 1)
            *(bool *)ignores = true;
    if (file)
        fclose(file);
}

bool process_group_ignores_children(pid_t group)
{
    bool ignores = false;
    for_each_of_group(group, see_if_ignores_children, &ignores);
    return ignores;
}

static void add_cpu_ns(pid_t pid, void *sum)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0)
        *(uint64_t *)sum += (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t process_group_cpu_ns(pid_t group)
{
    uint64_t sum = 0;
    if (!control_group_cpu_ns(group, &sum))
        for_each_of_group(group, add_cpu_ns, &sum);
    return sum;
}

// A line "NAME: N kB" of /proc/PID/smaps_rollup, which counts page by page; /proc/PID/status may
// lag by many pages.
static bool read_rollup(pid_t pid, const char *name, unsigned *kib)
{
    char path[64], line[256];
    size_t length = strlen(name);
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof line, file))
        found = strncmp(line, name, length) == 0 && sscanf(line + length, ": %u kB", kib) == 1;
    fclose(file);
    return found;
}

static bool read_counters(pid_t pid, char *text, int bytes)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    bool is_read = file && fgets(text, bytes, file);
    if (file)
        fclose(file);
    return is_read;
}

// Whether two processes share their memory: 1, 0, or -1 if it cannot be known. Many containers do
// not allow kcmp(2). Then different counters of pages, while one of them stands still, tell memory
// of one's own; equal ones tell nothing.
static int shares_memory(pid_t pid, pid_t other)
{
    enum { BYTES = 128 };
    char own[BYTES], before[BYTES], after[BYTES];
    long order = syscall(SYS_kcmp, pid, other, KCMP_VM, 0L, 0L);
    if (order >= 0)
        return order == 0;
    if (errno != EPERM && errno != ENOSYS) // it has ended meanwhile
        return 0;
    if (!read_counters(other, before, BYTES) || !read_counters(pid, own, BYTES) ||
        !read_counters(other, after, BYTES))
        return 0;
    return strcmp(before, after) == 0 && strcmp(before, own) != 0 ? 0 : -1;
}

struct group_pss {
    pid_t leader;
    double kib;
};

static void add_pss_kib(pid_t pid, void *context)
{
    struct group_pss *pss = context;
    unsigned kib;
    int is_shared = pid == pss->leader ? 0 : shares_memory(pid, pss->leader);
    if (is_shared < 0)
        pss->kib = NAN;
    if (is_shared == 0 && read_rollup(pid, "Pss", &kib))
        pss->kib += kib;
}

double process_group_pss_kib(pid_t group)
{
    struct group_pss pss = {.leader = group};
    for_each_of_group(group, add_pss_kib, &pss);
    return pss.kib;
}

// Calls visit with the folder of each thread of a process.
static void for_each_thread(pid_t pid, void (*visit)(const char *folder, void *context),
                            void *context)
{
    char path[300];
    const struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads) // it has ended meanwhile
        return;
    while ((entry = readdir(threads))) {
        snprintf(path, sizeof path, "/proc/%d/task/%s", (int)pid, entry->d_name);
        if (entry->d_name[0] != '.')
            visit(path, context);
    }
    closedir(threads);
}

static void add_waited_of_thread(const char *folder, void *sum)
{
    char path[320];
    unsigned long long ns;
    snprintf(path, sizeof path, "%s/schedstat", folder);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%*u %llu", &ns) == 1)
        *(uint64_t *)sum += ns;
    if (file)
        fclose(file);
}

static void add_waited_ns(pid_t pid, void *sum)
{
    for_each_thread(pid, add_waited_of_thread, sum);
}

uint64_t process_group_run_queue_delay_ns(pid_t group)
{
    uint64_t sum = 0;
    for_each_of_group(group, add_waited_ns, &sum);
    return sum;
}

bool process_count_descriptors(pid_t pid, unsigned *count)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    const struct dirent *entry;
    for (*count = 0; (entry = readdir(folder));)
        *count += entry->d_name[0] != '.';
    closedir(folder);
    return true;
}

// For a process or thread; 0 if it has been reaped meanwhile.
static char state_of(const char *stat_path)
{
    char text[512];
    FILE *file = fopen(stat_path, "re");
    if (!file)
        return 0;
    const char *behind_name = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
    fclose(file);
    return behind_name && behind_name[1] == ' ' ? behind_name[2] : 0;
}

static bool is_zombie(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return state_of(path) == 'Z';
}

static bool count_children(pid_t pid, unsigned *count, unsigned *zombies)
{
    char path[64];
    int child;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    for (*count = *zombies = 0; fscanf(file, "%d", &child) == 1; ++*count)
        *zombies += is_zombie(child);
    fclose(file);
    return true;
}

bool process_look(pid_t pid, struct process_state *state)
{
    return process_count_descriptors(pid, &state->descriptors) &&
           count_children(pid, &state->children, &state->zombies) &&
           read_rollup(pid, "Anonymous", &state->memory_kib);
}

static void see_if_thread_runs(const char *folder, void *runs)
{
    char path[320];
    snprintf(path, sizeof path, "%s/stat", folder);
    *(bool *)runs = *(bool *)runs || state_of(path) == 'R';
}

static void see_if_runs(pid_t pid, void *runs)
{
    for_each_thread(pid, see_if_thread_runs, runs);
}

bool process_group_runs(pid_t group)
{
    bool runs = false;
    for_each_of_group(group, see_if_runs, &runs);
    return runs;
}

static void keep_most_descriptors(pid_t pid, void *most)
{
    unsigned count;
    if (process_count_descriptors(pid, &count) && count > *(unsigned *)most)
        *(unsigned *)most = count;
}

unsigned process_group_most_descriptors(pid_t group)
{
    unsigned most = 0;
    for_each_of_group(group, keep_most_descriptors, &most);
    return most;
}

bool process_look_at_rest(pid_t pid, struct process_state *state)
{
    static const uint64_t rest_ns = 10000000, rest_of_zombies_ns = 50000000, most_ns = 200000000;
    static const struct timespec step = {.tv_nsec = 1000000};
    uint64_t begun_ns = now_ns(), changed_ns = begun_ns, now = begun_ns;
    if (!process_look(pid, state))
        return false;
    while (now - changed_ns < (state->zombies > 0 ? rest_of_zombies_ns : rest_ns) &&
           now - begun_ns < most_ns) {
        struct process_state before = *state;
        nanosleep(&step, NULL);
        now = now_ns();
        if (!process_look(pid, state))
            return false;
        if (state->descriptors != before.descriptors || state->children != before.children ||
            state->zombies != before.zombies)
            changed_ns = now;
    }
    return true;
}

static bool is_readable(int fd, uint64_t until_ns)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    return poll(&readable, 1, ms_until(until_ns)) > 0;
}

bool read_line(int fd, char *line, size_t bytes, uint64_t until_ns)
{
    for (size_t length = 0; length + 1 < bytes; length++) {
        if (!is_readable(fd, until_ns) || read(fd, line + length, 1) != 1)
            return false;
        if (line[length] == '\n') {
            line[length] = '\0';
            return true;
        }
    }
    return false;
}

void read_to_end(int fd, char *text, size_t bytes, uint64_t until_ns)
{
    size_t length = 0;
    ssize_t n = 1;
    while (n > 0 && length + 1 < bytes && is_readable(fd, until_ns)) {
        n = read(fd, text + length, bytes - length - 1);
        length += n > 0 ? (size_t)n : 0;
    }
    text[length] = '\0';
}
