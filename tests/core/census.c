#include "tests/core/census.h"
#include "clients/core/clock.h"
#include "tests/core/failure.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CHILDREN = 4096 };

size_t children_of(pid_t pid, pid_t *children, size_t room)
{
    char path[300];
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    struct dirent *thread;
    while (threads && (thread = readdir(threads))) {
        if (!isdigit((unsigned char)*thread->d_name))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread->d_name);
        FILE *file = fopen(path, "re");
        int child;
        for (; file && fscanf(file, "%d", &child) == 1; n++)
            if (n < room)
                children[n] = child;
        if (file)
            fclose(file);
    }
    if (threads)
        closedir(threads);
    return n;
}

static unsigned entries(pid_t pid, const char *folder)
{
    char path[64];
    unsigned n = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, folder);
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        n += *entry->d_name != '.';
    if (dir)
        closedir(dir);
    return n;
}

// What follows the name in /proc/PID/stat: its state, and the CPU time of the children that it has
// reaped, in ticks.
static char read_stat(pid_t pid, unsigned long *reaped_ticks)
{
    char path[64], text[1024], state = '-';
    long children_user = 0, children_system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && fgets(text, sizeof text, file)) {
        const char *after_name = strrchr(text, ')');
        if (after_name)
            sscanf(after_name, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld",
                   &state, &children_user, &children_system);
    }
    if (file)
        fclose(file);
    *reaped_ticks = (unsigned long)children_user + (unsigned long)children_system;
    return state;
}

// The process's own clock is exact, where the ticks of /proc are 10 ms.
static uint64_t own_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec used = {0};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) < 0)
        return 0; // gone meanwhile
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

bool process_is(pid_t pid, char state)
{
    unsigned long ticks;
    return read_stat(pid, &ticks) == state;
}

bool process_is_stopped(const void *pid)
{
    return process_is(*(const pid_t *)pid, 'T');
}

static void count(pid_t pid, struct census *c)
{
    unsigned long ticks;
    char state = read_stat(pid, &ticks);
    if (state == '-') // gone meanwhile
        return;
    c->cpu_ns += own_cpu_ns(pid) + ticks * (1000000000 / (unsigned long)sysconf(_SC_CLK_TCK));
    if (state == 'Z') {
        c->zombies++;
        return;
    }
    c->processes++;
    c->busy += state != 'S';
    c->threads += entries(pid, "task");
    c->descriptors += entries(pid, "fd");
    pid_t children[MOST_CHILDREN];
    size_t n = children_of(pid, children, MOST_CHILDREN);
    for (size_t i = 0; i < n && i < MOST_CHILDREN; i++)
        count(children[i], c);
}

struct census census(const struct server_process *s)
{
    struct census c = {0};
    count(s->pid, &c);
    return c;
}

// A line of /proc/PID/smaps_rollup, summed over a process and its descendants.
static unsigned long memory_kib(pid_t pid, const char *name)
{
    char path[64], line[256];
    unsigned long kib = 0;
    size_t length = strlen(name);
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && sscanf(line + length, ": %lu", &kib) == 1)
            break;
    if (file)
        fclose(file);
    pid_t children[MOST_CHILDREN];
    size_t n = children_of(pid, children, MOST_CHILDREN);
    for (size_t i = 0; i < n && i < MOST_CHILDREN; i++)
        kib += memory_kib(children[i], name);
    return kib;
}

unsigned long process_pss_kib(const struct server_process *s)
{
    return memory_kib(s->pid, "Pss");
}

unsigned long process_written_kib(const struct server_process *s)
{
    return memory_kib(s->pid, "Anonymous");
}

struct resting {
    const struct server_process *server;
    struct census *last;
    int *alike;
};

static bool rests(const void *argument)
{
    const struct resting *r = argument;
    struct census now = census(r->server), last = *r->last;
    bool alike = now.processes == last.processes && now.threads == last.threads &&
                 now.descriptors == last.descriptors &&
                 (r->server->by_port || (now.zombies == 0 && now.busy == 0));
    *r->alike = alike ? *r->alike + 1 : 0;
    *r->last = now;
    return *r->alike == 10;
}

struct census census_at_rest(const struct server_process *s)
{
    struct census last = {0};
    int alike = 0;
    struct resting resting = {s, &last, &alike};
    if (!within(s->by_port ? SECOND_MS : START_LIMIT_MS, rests, &resting) && !s->by_port)
        fail_because(
            "does not come to rest: %u processes, %u of them busy, %u zombies, %u threads, %u "
            "descriptors",
            last.processes, last.busy, last.zombies, last.threads, last.descriptors);
    return last;
}

// A runtime may make a few threads and open a few files when it first needs them.
enum { SPARE = 8 };

struct return_to {
    const struct server_process *server;
    const struct census *before;
    struct census *now;
};

static bool is_back(const void *argument)
{
    const struct return_to *r = argument;
    const struct server_process *s = r->server;
    const struct census before = *r->before, now = *r->now = census(s);
    unsigned spare = s->by_port ? SPARE : 0;
    bool held = now.threads <= before.threads + spare &&
                now.descriptors <= before.descriptors + spare &&
                (s->by_port ? now.processes <= before.processes + spare
                            : now.processes == before.processes);
    return (held || s->disregarded & HELD) && (now.zombies == 0 || s->disregarded & ZOMBIES);
}

static void add_change(char *text, size_t bytes, const char *what, unsigned now, unsigned before)
{
    size_t length = strlen(text);
    if (now != before)
        snprintf(text + length, bytes - length, "%s%s: %u instead of %u", length ? "; " : "", what,
                 now, before);
}

void expect_census(const struct server_process *s, const struct census *before)
{
    struct census now;
    char text[160] = "";
    struct return_to back = {s, before, &now};
    if (within(s->by_port ? 2 * SECOND_MS : SECOND_MS, is_back, &back))
        return;
    if (!(s->disregarded & ZOMBIES))
        add_change(text, sizeof text, "zombies", now.zombies, 0);
    if (!(s->disregarded & HELD)) {
        add_change(text, sizeof text, "processes", now.processes, before->processes);
        add_change(text, sizeof text, "threads", now.threads, before->threads);
        add_change(text, sizeof text, "descriptors", now.descriptors, before->descriptors);
    }
    fail_because("%s", text);
}

void expect_no_spinning(const struct server_process *s)
{
    enum { WINDOWS = 20 }; // on a busy machine it may still be at work in the first ones
    static const struct timespec window = {.tv_nsec = 100000000};
    uint64_t used_ns = 0, took_ns = 0;
    for (int i = 0; i < WINDOWS; i++) {
        uint64_t begun_ns = now_ns(), before_ns = census(s).cpu_ns;
        nanosleep(&window, NULL); // nothing is awaited: this is what is measured
        used_ns = census(s).cpu_ns - before_ns;
        took_ns = now_ns() - begun_ns;
        if (used_ns <= took_ns / 3)
            return;
    }
    fail_because("used %u ms of CPU in %u ms with nothing to do", (unsigned)(used_ns / 1000000),
                 (unsigned)(took_ns / 1000000));
}
