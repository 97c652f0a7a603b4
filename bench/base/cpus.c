#include "bench/base/cpus.h"

#include <err.h>
#include <stdbool.h>
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

// Whether this CPU is the first hyper-thread of its core.
static int is_first_of_its_core(int cpu)
{
    char path[128], list[256] = "";
    cpu_set_t siblings;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *file = fopen(path, "re");
    if (!file)
        return 1;
    int known = fgets(list, sizeof list, file) && cpus_parse(list, &siblings) == 0;
    fclose(file);
    for (int other = 0; known && other < cpu; other++)
        if (CPU_ISSET(other, &siblings))
            return 0;
    return 1;
}

void cpus_choose(cpu_set_t *server, cpu_set_t *client)
{
    cpu_set_t allowed;
    int chosen[2], found = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        err(1, "sched_getaffinity");
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && found < 2; cpu--)
        if (CPU_ISSET(cpu, &allowed) && is_first_of_its_core(cpu))
            chosen[found++] = cpu;
    CPU_ZERO(server);
    CPU_ZERO(client);
    CPU_SET(chosen[0], server);
    CPU_SET(chosen[found == 2 ? 1 : 0], client);
}

// Adds CPUs of a set until the number is reached.
static void add_from(const cpu_set_t *from, bool one_a_core, unsigned count, cpu_set_t *cpus)
{
    for (int cpu = 0; cpu < CPU_SETSIZE && (unsigned)CPU_COUNT(cpus) < count; cpu++)
        if (CPU_ISSET(cpu, from) && (!one_a_core || is_first_of_its_core(cpu)))
            CPU_SET(cpu, cpus);
}

int cpus_widen(const cpu_set_t *server, const cpu_set_t *client, unsigned count, cpu_set_t *cpus)
{
    cpu_set_t allowed, others;
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        err(1, "sched_getaffinity");
    CPU_XOR(&others, &allowed, client);
    CPU_AND(&others, &others, &allowed);
    CPU_ZERO(cpus);
    add_from(server, false, count, cpus);
    add_from(&others, true, count, cpus);
    add_from(&allowed, true, count, cpus);
    return (unsigned)CPU_COUNT(cpus) == count ? 0 : -1;
}
