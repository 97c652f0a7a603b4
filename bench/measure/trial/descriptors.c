#include "bench/measure/trial/descriptors.h"

#include "bench/base/memory.h"
#include "bench/measure/trial/tcp_sockets.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_SKIP = 77 };

// The next entry whose name is a number, or -1.
static int next_number(DIR *folder)
{
    struct dirent *entry;
    while ((entry = readdir(folder)))
        if (isdigit((unsigned char)*entry->d_name))
            return atoi(entry->d_name);
    return -1;
}

// ---- processes ----------------------------------------------------------------------------------

struct stat_line {
    char state;
    int group;
    unsigned threads;
    unsigned long long start;
};

// False if the process or thread has gone meanwhile.
static bool read_stat(const char *path, struct stat_line *s)
{
    char text[1024];
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    const char *behind_name = fgets(text, sizeof text, file) ? strrchr(text, ')') : NULL;
    fclose(file);
    return behind_name && sscanf(behind_name,
                                 ") %c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
                                 "%*d %u %*d %llu",
                                 &s->state, &s->group, &s->threads, &s->start) == 4;
}

static bool all_threads_sleep(pid_t pid)
{
    char path[64];
    bool sleep = true;
    struct stat_line s;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads)
        return false;
    for (int tid; sleep && (tid = next_number(threads)) >= 0;) {
        snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, tid);
        sleep = read_stat(path, &s) && (s.state == 'S' || s.state == 'Z');
    }
    closedir(threads);
    return sleep;
}

static void read_members(struct tree *t)
{
    DIR *proc = opendir("/proc");
    if (!proc)
        err(1, "/proc");
    t->at_rest = true;
    for (int pid; (pid = next_number(proc)) >= 0;) {
        char path[64];
        struct stat_line s;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        if (!read_stat(path, &s) || s.group != t->leader)
            continue;
        t->members = memory_one_more(t->members, t->count, sizeof *t->members);
        t->members[t->count++] = (struct member){
            .pid = pid, .is_zombie = s.state == 'Z', .threads = s.threads, .start = s.start};
        t->at_rest = t->at_rest && all_threads_sleep(pid);
    }
    closedir(proc);
}

static int by_age(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->pid < y->pid ? -1 : 1;
}

static unsigned number_of(struct tree *t, pid_t pid)
{
    if (pid == t->leader)
        return 0;
    for (size_t i = 0; i < t->seen_count; i++)
        if (t->seen[i] == pid)
            return (unsigned)i + 1;
    t->seen = memory_one_more(t->seen, t->seen_count, sizeof *t->seen);
    t->seen[t->seen_count] = pid;
    return (unsigned)++t->seen_count;
}

static int by_number(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

// ---- descriptors --------------------------------------------------------------------------------

static int by_fd(const void *a, const void *b)
{
    const struct descriptor *x = a, *y = b;
    return x->fd < y->fd ? -1 : x->fd > y->fd;
}

static void read_descriptors(struct member *m)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)m->pid);
    DIR *folder = opendir(path);
    if (!folder && (errno == ENOENT || m->number != 0))
        return; // it has ended, or is about to: its table is gone
    if (!folder)
        err(1, "%s", path);
    for (int fd; (fd = next_number(folder)) >= 0;) {
        struct descriptor d = {.fd = fd, .refers_to = OTHER_FILE};
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)m->pid, fd);
        if (readlink(path, d.target, sizeof d.target - 1) < 0)
            continue; // closed meanwhile
        m->descriptors = memory_one_more(m->descriptors, m->count, sizeof d);
        m->descriptors[m->count++] = d;
    }
    closedir(folder);
    if (m->count > 0)
        qsort(m->descriptors, m->count, sizeof *m->descriptors, by_fd);
}

static void name_descriptors(struct tree *t, const char *target, enum refers_to what, unsigned port)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < t->members[i].count; j++) {
            struct descriptor *d = &t->members[i].descriptors[j];
            if (strcmp(d->target, target) == 0) {
                d->refers_to = what;
                d->port = port;
            }
        }
}

static void name_socket(const struct tcp_socket *socket, void *context)
{
    struct tree *t = context;
    char target[64];
    snprintf(target, sizeof target, "socket:[%lu]", socket->inode);
    if (socket->listens) {
        name_descriptors(t, target, LISTENING_SOCKET, t->port);
    } else if (socket->inode != 0) {
        name_descriptors(t, target, CONNECTION, socket->peer_port);
        t->accepted = memory_one_more(t->accepted, t->accepted_count, sizeof *t->accepted);
        t->accepted[t->accepted_count++] = socket->peer_port;
    }
}

// Whether two descriptors refer to the same open file.
static bool are_same(struct tree *t, pid_t a_pid, const struct descriptor *a, pid_t b_pid,
                     const struct descriptor *b)
{
    if (strcmp(a->target, b->target) != 0)
        return false;
    if (!t->without_kcmp) {
        long order = syscall(SYS_kcmp, a_pid, b_pid, KCMP_FILE, a->fd, b->fd);
        if (order >= 0 || (errno != EPERM && errno != ENOSYS))
            return order == 0;
        t->without_kcmp = true;
    }
    return strncmp(a->target, "socket:", strlen("socket:")) == 0;
}

static unsigned count_references(struct tree *t, pid_t pid, const struct descriptor *d)
{
    unsigned references = 0;
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < t->members[i].count; j++)
            references += are_same(t, pid, d, t->members[i].pid, &t->members[i].descriptors[j]);
    return references;
}

// ---- the whole ----------------------------------------------------------------------------------

static void forget_members(struct tree *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->members[i].descriptors);
    free(t->members);
    free(t->accepted);
    t->members = NULL;
    t->accepted = NULL;
    t->count = t->accepted_count = 0;
}

void tree_read(struct tree *t)
{
    forget_members(t);
    read_members(t);
    if (t->count > 0)
        qsort(t->members, t->count, sizeof *t->members, by_age);
    for (size_t i = 0; i < t->count; i++) {
        t->members[i].number = number_of(t, t->members[i].pid);
        read_descriptors(&t->members[i]);
    }
    if (t->count > 0)
        qsort(t->members, t->count, sizeof *t->members, by_number);
    if (!tcp_sockets_visit(t->port, false, name_socket, t))
        errx(EXIT_SKIP, "this kernel does not list its TCP sockets");
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < t->members[i].count; j++) {
            struct descriptor *d = &t->members[i].descriptors[j];
            d->references = count_references(t, t->members[i].pid, d);
        }
}

void tree_free(struct tree *t)
{
    forget_members(t);
    free(t->seen);
}

bool tree_has_accepted(const struct tree *t, unsigned port)
{
    for (size_t i = 0; i < t->accepted_count; i++)
        if (t->accepted[i] == port)
            return true;
    return false;
}

bool tree_has_descriptor(const struct tree *t, unsigned port)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t j = 0; j < t->members[i].count; j++)
            if (t->members[i].descriptors[j].refers_to == CONNECTION &&
                t->members[i].descriptors[j].port == port)
                return true;
    return false;
}

bool tree_has_zombies(const struct tree *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->members[i].is_zombie)
            return true;
    return false;
}
