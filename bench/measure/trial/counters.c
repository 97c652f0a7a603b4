#include "bench/measure/trial/counters.h"
#include "bench/measure/trial/process.h"
#include "clients/core/kernel_count.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cpu_set_t used_by(const struct setting *setting)
{
    cpu_set_t cpus;
    CPU_OR(&cpus, &setting->server_cpus, &setting->client_cpus);
    return cpus;
}

static double stolen_s(const cpu_set_t *cpus)
{
    FILE *file = fopen("/proc/stat", "re");
    char line[512];
    double sum = NAN;
    while (file && fgets(line, sizeof line, file)) {
        int cpu;
        double ticks; // the eighth number
        if (sscanf(line, "cpu%d %*s %*s %*s %*s %*s %*s %*s %lf", &cpu, &ticks) == 2 &&
            CPU_ISSET(cpu, cpus))
            sum = (isnan(sum) ? 0 : sum) + ticks;
    }
    if (file)
        fclose(file);
    return sum / (double)sysconf(_SC_CLK_TCK);
}

double host_cpu_us(void)
{
    FILE *file = fopen("/proc/stat", "re");
    double user, nice, system, irq, softirq, steal, sum = NAN;
    if (file && fscanf(file, "cpu %lf %lf %lf %*f %*f %lf %lf %lf", &user, &nice, &system, &irq,
                       &softirq, &steal) == 6)
        sum = (user + nice + system + irq + softirq + steal) * 1e6 / (double)sysconf(_SC_CLK_TCK);
    if (file)
        fclose(file);
    return sum;
}

// How often one control group was throttled.
static double throttled_in(const char *group)
{
    char path[4200], line[256];
    double count = NAN;
    snprintf(path, sizeof path, "%s/cpu.stat", group);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "nr_throttled %lf", &count) == 1)
            break;
    if (file)
        fclose(file);
    return count;
}

// The quota of any group above ours applies to us, too. Version 1 has a hierarchy per controller.
static double throttled_with(const char *base, const char *ours)
{
    char group[4096];
    double sum = NAN;
    snprintf(group, sizeof group, "%s%s", base, strcmp(ours, "/") == 0 ? "" : ours);
    for (;;) {
        double count = throttled_in(group);
        sum = isnan(count) ? sum : (isnan(sum) ? 0 : sum) + count;
        if (strlen(group) <= strlen(base))
            return sum;
        *strrchr(group, '/') = '\0';
    }
}

static double throttled(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[4096], controllers[256];
    double count = NAN;
    int path = 0;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::", 3) == 0 && isnan(count))
            count = throttled_with("/sys/fs/cgroup", line + 3);
        else if (sscanf(line, "%*d:%255[^:]:%n", controllers, &path) == 1 &&
                 (strcmp(controllers, "cpu") == 0 || strncmp(controllers, "cpu,", 4) == 0 ||
                  strstr(controllers, ",cpu,")))
            count = throttled_with("/sys/fs/cgroup/cpu", line + path);
    }
    if (file)
        fclose(file);
    return count;
}

void counters_read(const struct setting *setting, struct counters *c)
{
    cpu_set_t cpus = used_by(setting);
    c->stolen_s = stolen_s(&cpus);
    c->throttled = throttled();
    c->listen_overflows = kernel_count_accept_queue();
    c->listen_drops = kernel_count("/proc/net/netstat", "TcpExt:", "ListenDrops", 10);
    c->conntrack_drops = kernel_count_connection_table();
    c->retransmits = kernel_count("/proc/net/snmp", "Tcp:", "RetransSegs", 10);
    c->at_s = (double)now_ns() / 1e9;
}

void counters_since(const struct setting *setting, const struct counters *then,
                    struct measurement *m)
{
    cpu_set_t cpus = used_by(setting);
    struct counters now;
    counters_read(setting, &now);
    m->values[METRIC_stolen_share] =
        (now.stolen_s - then->stolen_s) / ((now.at_s - then->at_s) * CPU_COUNT(&cpus));
    m->values[METRIC_throttled] = now.throttled - then->throttled;
    m->values[METRIC_listen_overflows] = now.listen_overflows - then->listen_overflows;
    m->values[METRIC_listen_drops] = now.listen_drops - then->listen_drops;
    m->values[METRIC_conntrack_drops] = now.conntrack_drops - then->conntrack_drops;
    m->values[METRIC_retransmits] = now.retransmits - then->retransmits;
}
