#include "bench/measure/trial/socket_owners.h"

#include "bench/base/memory.h"
#include "bench/measure/trial/footing.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/tcp_sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct socket {
    unsigned long inode;
    bool listens, is_held; // held by a process of the group
    pid_t holder;          // another one
};

struct seen {
    struct process_ids ids;
    bool is_member; // of the server's group
};

struct proof {
    pid_t group;
    const struct server *server;
    uint32_t address; // in host order
    struct socket *sockets;
    size_t socket_count;
    struct seen *all;
    size_t process_count;
    pid_t orphan;
    unsigned orphans;
    struct footing footing;
};

static bool is_stranger(const struct server *server, unsigned long inode)
{
    for (unsigned i = 0; i < server->stranger_count; i++)
        if (server->strangers[i] == inode)
            return true;
    return false;
}

static void add_socket(const struct tcp_socket *s, void *context)
{
    struct proof *p = context;
    if (s->inode == 0 || (s->address != p->address && s->address != INADDR_ANY) ||
        is_stranger(p->server, s->inode))
        return;
    if (s->listens)
        footing_add_listener(&p->footing, s->backlog);
    p->sockets = memory_one_more(p->sockets, p->socket_count, sizeof *p->sockets);
    p->sockets[p->socket_count++] = (struct socket){.inode = s->inode, .listens = s->listens};
}

static void add_process(const struct process_ids *ids, void *context)
{
    struct proof *p = context;
    p->all = memory_one_more(p->all, p->process_count, sizeof *p->all);
    p->all[p->process_count++] = (struct seen){*ids, process_is_of_group(ids, p->group)};
}

static int by_inode(const void *a, const void *b)
{
    const struct socket *x = a, *y = b;
    return x->inode < y->inode ? -1 : x->inode > y->inode;
}

// Marks the sockets that a process holds.
static void look_into(struct proof *p, const struct seen *process)
{
    char path[64], target[64];
    const struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)process->ids.pid);
    DIR *folder = opendir(path);
    if (!folder) // it has ended meanwhile, or belongs to another user
        return;
    while ((entry = readdir(folder))) {
        struct socket wanted = {0};
        ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (sscanf(target, "socket:[%lu]", &wanted.inode) != 1)
            continue;
        struct socket *s =
            bsearch(&wanted, p->sockets, p->socket_count, sizeof *p->sockets, by_inode);
        if (s && process->is_member) {
            if (!s->listens && !s->is_held)
                footing_look(&p->footing, process->ids.pid, atoi(entry->d_name));
            s->is_held = true;
        } else if (s) {
            s->holder = process->ids.pid;
        }
    }
    closedir(folder);
}

static bool is_of_group(const struct proof *p, pid_t pid)
{
    for (size_t i = 0; i < p->process_count; i++)
        if (p->all[i].ids.pid == pid)
            return p->all[i].is_member;
    return false;
}

static void look_into_all(struct proof *p)
{
    size_t without_holder = 0;
    for (size_t i = 0; i < p->process_count; i++) {
        const struct process_ids *ids = &p->all[i].ids;
        if (p->all[i].is_member) {
            look_into(p, &p->all[i]);
        } else if (process_is_orphan(ids) || is_of_group(p, ids->parent)) {
            p->orphan = ids->pid;
            p->orphans++;
        }
    }
    for (size_t i = 0; i < p->socket_count; i++)
        without_holder += !p->sockets[i].is_held;
    for (size_t i = 0; i < p->process_count && without_holder > 0; i++)
        if (!p->all[i].is_member)
            look_into(p, &p->all[i]);
}

static void name(pid_t pid, char *text, size_t bytes)
{
    char path[64], comm[32] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    FILE *file = pid > 0 ? fopen(path, "re") : NULL;
    if (file && fgets(comm, sizeof comm, file))
        comm[strcspn(comm, "\n")] = '\0';
    if (file)
        fclose(file);
    snprintf(text, bytes, "%s", *comm ? comm : "a process that cannot be seen");
}

static void judge(const struct proof *p, struct measurement *m)
{
    char who[64];
    unsigned foreign = 0;
    pid_t holder = 0;
    for (size_t i = 0; i < p->socket_count; i++) {
        const struct socket *s = &p->sockets[i];
        if (s->is_held || (!s->listens && !s->holder))
            continue;
        foreign++;
        holder = s->holder ? s->holder : holder;
    }
    m->values[METRIC_foreign] = foreign + p->orphans;
    name(foreign ? holder : p->orphan, who, sizeof who);
    if (foreign)
        measurement_fault(m, "%u sockets of its address are not the server's but held by %s",
                          foreign, who);
    else if (p->orphans)
        measurement_fault(m, "%u processes that sprang from the server have left its group: %s",
                          p->orphans, who);
}

void socket_owners_check(const struct server *server, bool connections_are_open,
                         struct measurement *m)
{
    char host[64];
    unsigned port;
    struct in_addr address;
    struct proof p = {.group = server->pid, .server = server, .footing = footing_unknown()};
    if (sscanf(server->address, "%63[0-9.]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &address) != 1)
        return;
    p.address = ntohl(address.s_addr);
    if (tcp_sockets_visit(port, !connections_are_open, add_socket, &p)) {
        if (p.socket_count > 0)
            qsort(p.sockets, p.socket_count, sizeof *p.sockets, by_inode);
        process_visit(add_process, &p);
        look_into_all(&p);
        judge(&p, m);
        footing_tell(&p.footing, !server->watch, m);
    }
    free(p.sockets);
    free(p.all);
}
