#include "clients/core/kernel_drops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Adds what stands under a name: the first line has the names, each further one values.
static double sum_below(const char *names, FILE *file, const char *wanted, int base)
{
    char line[8192], *name_rest, *value_rest, *copy = strdup(names);
    double sum = NAN;
    while (copy && fgets(line, sizeof line, file)) {
        strcpy(copy, names);
        char *name = strtok_r(copy, " \n", &name_rest), *value = strtok_r(line, " \n", &value_rest);
        for (; name && value;
             name = strtok_r(NULL, " \n", &name_rest), value = strtok_r(NULL, " \n", &value_rest))
            if (strcmp(name, wanted) == 0)
                sum = (isnan(sum) ? 0 : sum) + (double)strtoull(value, NULL, base);
    }
    free(copy);
    return sum;
}

// group: what the line of names begins with, or "".
static double counted(const char *path, const char *group, const char *wanted, int base)
{
    FILE *file = fopen(path, "re");
    char names[8192];
    double sum = NAN;
    while (file && isnan(sum) && fgets(names, sizeof names, file))
        if (strncmp(names, group, strlen(group)) == 0)
            sum = sum_below(names, file, wanted, base);
    if (file)
        fclose(file);
    return sum;
}

struct kernel_drops kernel_drops_now(void)
{
    return (struct kernel_drops){
        .accept_queue = counted("/proc/net/netstat", "TcpExt:", "ListenOverflows", 10),
        .connection_table = counted("/proc/net/stat/nf_conntrack", "", "drop", 16),
    };
}
