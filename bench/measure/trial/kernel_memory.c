#include "bench/measure/trial/kernel_memory.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The first number behind a word, in a line of a file that holds it.
static double read_number(const char *path, const char *start_of_line, const char *word)
{
    char line[512];
    double number = NAN;
    FILE *file = fopen(path, "re");
    if (!file)
        return NAN;
    while (isnan(number) && fgets(line, sizeof line, file)) {
        const char *at =
            strncmp(line, start_of_line, strlen(start_of_line)) == 0 ? strstr(line, word) : NULL;
        if (at && sscanf(at + strlen(word), "%lf", &number) != 1)
            number = NAN;
    }
    fclose(file);
    return number;
}

static double page_kib(void)
{
    return (double)sysconf(_SC_PAGESIZE) / 1024;
}

static double closed_connections_kib(void)
{
    char line[512];
    double kib = 0, slabs, pages;
    FILE *file = fopen("/proc/slabinfo", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line,
                   "tw_sock_TCP %*u %*u %*u %*u %lf : tunables %*u %*u %*u : slabdata %*u %lf",
                   &pages, &slabs) == 2)
            kib += slabs * pages * page_kib();
    if (file)
        fclose(file);
    return kib;
}

static double meminfo_kib(const char *name)
{
    return read_number("/proc/meminfo", name, name);
}

struct kernel_memory kernel_memory_now(void)
{
    struct kernel_memory k = {
        .page_tables_kib = meminfo_kib("PageTables:"),
        .stacks_kib = meminfo_kib("KernelStack:"),
        .slab_kib = meminfo_kib("Slab:") - closed_connections_kib(),
        .percpu_kib = meminfo_kib("Percpu:"),
        .socket_buffers_kib = read_number("/proc/net/sockstat", "TCP:", " mem ") * page_kib(),
    };
    if (isnan(meminfo_kib("MemTotal:")))
        errx(1, "/proc/meminfo does not tell the memory");
    return k;
}

double kernel_memory_kib(const struct kernel_memory *k)
{
    return k->page_tables_kib + k->stacks_kib + k->slab_kib + k->percpu_kib + k->socket_buffers_kib;
}
