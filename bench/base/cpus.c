#include "bench/base/cpus.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cpus_parse(const char *list, cpu_set_t *set)
{
    CPU_ZERO(set);
    for (;;) {
        char *end;
        unsigned long first = strtoul(list, &end, 10), last = first;
        if (end == list || *list == '-')
            return -1;
        if (*end == '-') {
            list = end + 1;
            last = strtoul(list, &end, 10);
            if (end == list || *list == '-')
                return -1;
        }
        if (last < first || last >= CPU_SETSIZE)
            return -1;
        for (unsigned long cpu = first; cpu <= last; cpu++)
            CPU_SET(cpu, set);
        if (*end == '\0' || *end == '\n')
            return 0;
        if (*end != ',')
            return -1;
        list = end + 1;
    }
}

void cpus_print(const cpu_set_t *set, char *list, size_t bytes)
{
    size_t used = 0;
    list[0] = '\0';
    for (int cpu = 0; cpu < CPU_SETSIZE && used < bytes; cpu++)
        if (CPU_ISSET(cpu, set))
            used += (size_t)snprintf(list + used, bytes - used, "%s%d", used ? "," : "", cpu);
}

// ---- what a CPU is ------------------------------------------------------------------------------

// Reads a list of CPUs of the machine whose file system begins at root. False: there is none.
static bool read_cpus(const char *root, const char *name, cpu_set_t *set)
{
    char path[4096], list[4096];
    snprintf(path, sizeof path, "%s/sys/devices/%s", root, name);
    FILE *file = fopen(path, "re");
    bool is_read = file && fgets(list, sizeof list, file) && cpus_parse(list, set) == 0;
    if (file)
        fclose(file);
    return is_read;
}

static bool is_in(const char *root, const char *name, int cpu)
{
    cpu_set_t set;
    return read_cpus(root, name, &set) && CPU_ISSET(cpu, &set);
}

// The hyper-threads of its core; none, if they are not known.
static void read_siblings(const char *root, int cpu, cpu_set_t *siblings)
{
    char name[128];
    snprintf(name, sizeof name, "system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    if (!read_cpus(root, name, siblings))
        CPU_ZERO(siblings);
}

// Whether this CPU is the first hyper-thread of its core that may be used.
static bool is_first_of_its_core(const char *root, const cpu_set_t *allowed, int cpu)
{
    cpu_set_t siblings;
    read_siblings(root, cpu, &siblings);
    for (int other = 0; other < cpu; other++)
        if (CPU_ISSET(other, allowed) && CPU_ISSET(other, &siblings))
            return false;
    return true;
}

// How fast its core is among the kinds of core of the machine: more is faster, and the same number
// is the same kind.
static long kind_of(const char *root, int cpu)
{
    char path[4096];
    long capacity = 0;
    snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/cpu_capacity", root, cpu);
    FILE *file = fopen(path, "re"); // arm64
    if (file && fscanf(file, "%ld", &capacity) != 1)
        capacity = 0;
    if (file)
        fclose(file);
    return capacity                            ? capacity
           : is_in(root, "cpu_core/cpus", cpu) ? 2 // x86, of two kinds
           : is_in(root, "cpu_atom/cpus", cpu) ? 1
                                               : 0;
}

static int node_of(const char *root, int cpu)
{
    enum { NODES = 64 };
    for (int node = 0; node < NODES; node++) {
        char name[128];
        snprintf(name, sizeof name, "system/node/node%d/cpulist", node);
        if (is_in(root, name, cpu))
            return node;
    }
    return -1;
}

// ---- the choice ---------------------------------------------------------------------------------

// How well a core suits beside the server's: of the same kind before on the same node.
static int likeness(const char *root, int server, int cpu)
{
    return 2 * (kind_of(root, server) == kind_of(root, cpu)) +
           (node_of(root, server) == node_of(root, cpu));
}

// The last core of the fastest kind.
static int fastest(const cpu_set_t *cores, const char *root)
{
    int best = -1;
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
        if (CPU_ISSET(cpu, cores) && (best < 0 || kind_of(root, cpu) > kind_of(root, best)))
            best = cpu;
    return best;
}

// The last core of those that are most like the server's.
static int most_like(const cpu_set_t *cores, const char *root, int server)
{
    int best = -1;
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
        if (CPU_ISSET(cpu, cores) &&
            (best < 0 || likeness(root, server, cpu) > likeness(root, server, best)))
            best = cpu;
    return best;
}

static void read_cores(const cpu_set_t *allowed, const char *root, cpu_set_t *cores)
{
    CPU_ZERO(cores);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, allowed) && is_first_of_its_core(root, allowed, cpu))
            CPU_SET(cpu, cores);
}

void cpus_choose_from(const cpu_set_t *allowed, const char *root, unsigned clients,
                      cpu_set_t *server, cpu_set_t *client)
{
    cpu_set_t cores;
    read_cores(allowed, root, &cores);
    int first = fastest(&cores, root);
    CPU_ZERO(server);
    CPU_ZERO(client);
    CPU_SET(first, server);
    CPU_CLR(first, &cores);
    for (int cpu; clients-- > 0 && (cpu = most_like(&cores, root, first)) >= 0;) {
        CPU_SET(cpu, client);
        CPU_CLR(cpu, &cores);
    }
    if (CPU_COUNT(client) == 0)
        CPU_SET(first, client);
}

const char *cpus_differ(const cpu_set_t *server, const cpu_set_t *client, const char *root)
{
    const char *difference = NULL;
    for (int s = 0; s < CPU_SETSIZE; s++)
        for (int c = 0; c < CPU_SETSIZE && CPU_ISSET(s, server); c++) {
            if (!CPU_ISSET(c, client) || s == c)
                continue;
            cpu_set_t siblings;
            read_siblings(root, s, &siblings);
            if (CPU_ISSET(c, &siblings))
                return "hyper-threads of one core";
            if (kind_of(root, s) != kind_of(root, c))
                difference = "cores of different kinds";
            else if (!difference && node_of(root, s) != node_of(root, c))
                difference = "cores of different memory nodes";
        }
    return difference;
}

void cpus_allowed(cpu_set_t *allowed)
{
    if (sched_getaffinity(0, sizeof *allowed, allowed) < 0)
        err(1, "sched_getaffinity");
}

void cpus_choose(unsigned clients, cpu_set_t *server, cpu_set_t *client)
{
    cpu_set_t allowed;
    cpus_allowed(&allowed);
    cpus_choose_from(&allowed, "", clients, server, client);
}

void cpus_fit(const cpu_set_t *allowed, const char *root,
              bool (*is_limit)(const cpu_set_t *server, const cpu_set_t *client), cpu_set_t *server,
              cpu_set_t *client)
{
    cpu_set_t cores;
    read_cores(allowed, root, &cores);
    int clients = 1, most = CPU_COUNT(&cores) / 2;
    cpus_choose_from(allowed, root, 1, server, client);
    while (clients < most && is_limit(server, client))
        cpus_choose_from(allowed, root, (unsigned)++clients, server, client);
}

// Adds CPUs of a set until the number is reached; one a core, if `allowed` is given.
static void add_from(const cpu_set_t *from, const cpu_set_t *allowed, unsigned count,
                     cpu_set_t *cpus)
{
    for (int cpu = 0; cpu < CPU_SETSIZE && (unsigned)CPU_COUNT(cpus) < count; cpu++)
        if (CPU_ISSET(cpu, from) && (!allowed || is_first_of_its_core("", allowed, cpu)))
            CPU_SET(cpu, cpus);
}

int cpus_widen(const cpu_set_t *server, const cpu_set_t *client, unsigned count, cpu_set_t *cpus)
{
    cpu_set_t allowed, others;
    cpus_allowed(&allowed);
    CPU_XOR(&others, &allowed, client);
    CPU_AND(&others, &others, &allowed);
    CPU_ZERO(cpus);
    add_from(server, NULL, count, cpus);
    add_from(&others, &allowed, count, cpus);
    add_from(&allowed, &allowed, count, cpus);
    return (unsigned)CPU_COUNT(cpus) == count ? 0 : -1;
}
