#include "bench/measure/trial/process_group.h"

#include "bench/measure/trial/control_group.h"
#include "bench/measure/trial/process_state.h"

#include <dirent.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
    if (is_shared == 0 && process_rollup_kib(pid, "Pss", &kib))
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

static void see_if_thread_runs(const char *folder, void *runs)
{
    char path[320];
    snprintf(path, sizeof path, "%s/stat", folder);
    *(bool *)runs = *(bool *)runs || process_state_of(path) == 'R';
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
