#include "clients/core/kernel_count.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 8192 };

// Which word of a line this is; -1 if it is none of them.
static int position_of(char *line, const char *wanted)
{
    char *rest;
    int position = 0;
    const char *word = strtok_r(line, " \n", &rest);
    for (; word && strcmp(word, wanted) != 0; word = strtok_r(NULL, " \n", &rest))
        position++;
    return word ? position : -1;
}

// The word at a position; NULL if the line is shorter.
static const char *word_at(char *line, int position)
{
    char *rest;
    const char *word = strtok_r(line, " \n", &rest);
    while (word && position--)
        word = strtok_r(NULL, " \n", &rest);
    return word;
}

double kernel_count(const char *path, const char *group, const char *name, int base)
{
    FILE *file = fopen(path, "re");
    char line[LINE_BYTES];
    int position = -1;
    double sum = NAN;
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, group, strlen(group)) != 0)
            continue;
        const char *number = position < 0 ? NULL : word_at(line, position);
        if (position < 0)
            position = position_of(line, name);
        else if (number)
            sum = (isnan(sum) ? 0 : sum) + (double)strtoull(number, NULL, base);
    }
    if (file)
        fclose(file);
    return sum;
}

double kernel_count_accept_queue(void)
{
    return kernel_count("/proc/net/netstat", "TcpExt:", "ListenOverflows", 10);
}

double kernel_count_connection_table(void)
{
    return kernel_count("/proc/net/stat/nf_conntrack", "", "drop", 16);
}
