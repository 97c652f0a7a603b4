#include "bench/measure/trial/setting.h"

#include "bench/base/cpus.h"
#include "bench/base/table.h"
#include "bench/measure/foreign.h"

#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int setting_log(const char *run)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/messages.log", run);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        err(1, "%s", path);
    return fd;
}

void setting_name_foreign(const char *run)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/foreign", run);
    if (setenv(FOREIGN_FOLDER, folder, 1) < 0)
        err(1, "%s", folder);
}

void setting_read(const char *run, struct setting *setting)
{
    char path[4096];
    struct table settings;
    bool server = false, client = false;
    *setting->client_hosts = *setting->launch = *setting->server_address = '\0';
    snprintf(path, sizeof path, "%s/settings.tsv", run);
    table_read(&settings, path);
    for (size_t row = 0; row < settings.rows; row++) {
        const char *name = table_text(&settings, row, 0), *value = table_text(&settings, row, 1);
        if (strcmp(name, "server_cpus") == 0)
            server = cpus_parse(value, &setting->server_cpus) == 0;
        else if (strcmp(name, "client_cpus") == 0)
            client = cpus_parse(value, &setting->client_cpus) == 0;
        else if (strcmp(name, "client_hosts") == 0)
            snprintf(setting->client_hosts, sizeof setting->client_hosts, "%s", value);
        else if (strcmp(name, "launch") == 0)
            snprintf(setting->launch, sizeof setting->launch, "%s", value);
        else if (strcmp(name, "server_address") == 0)
            snprintf(setting->server_address, sizeof setting->server_address, "%s", value);
    }
    if (!server || !client)
        errx(1, "%s: no processors for server and client", path);
    table_free(&settings);
    setting->log_fd = setting_log(run);
    setting_name_foreign(run);
}

unsigned long setting_seed(const char *run)
{
    struct table settings;
    char path[4096];
    double seed = NAN;
    snprintf(path, sizeof path, "%s/settings.tsv", run);
    table_read(&settings, path);
    for (size_t row = 0; row < settings.rows; row++)
        if (strcmp(table_text(&settings, row, 0), "seed") == 0)
            seed = table_number(&settings, row, 1);
    table_free(&settings);
    if (isnan(seed))
        errx(1, "%s: no seed", path);
    return (unsigned long)seed;
}

void hold_off_halts(void)
{
    int32_t latency_us = 0;
    int fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, &latency_us, sizeof latency_us) != sizeof latency_us)
        warn("/dev/cpu_dma_latency");
}

void keep_ipc_apart(void)
{
    static const char *const limits[] = {
        "/proc/sys/kernel/msgmax",         "/proc/sys/kernel/msgmnb",
        "/proc/sys/kernel/msgmni",         "/proc/sys/kernel/sem",
        "/proc/sys/kernel/shmmax",         "/proc/sys/kernel/shmall",
        "/proc/sys/kernel/shmmni",         "/proc/sys/fs/mqueue/msg_max",
        "/proc/sys/fs/mqueue/msgsize_max", "/proc/sys/fs/mqueue/queues_max"};
    enum { LIMITS = sizeof limits / sizeof *limits };
    char values[LIMITS][128] = {{0}};
    for (size_t i = 0; i < LIMITS; i++) {
        FILE *file = fopen(limits[i], "re");
        if (file && !fgets(values[i], sizeof values[i], file))
            values[i][0] = '\0';
        if (file)
            fclose(file);
    }
    if (unshare(CLONE_NEWIPC) < 0)
        return;
    for (size_t i = 0; i < LIMITS; i++) {
        FILE *file = *values[i] ? fopen(limits[i], "we") : NULL;
        if (file && (int)(fputs(values[i], file) == EOF) + (fclose(file) == EOF) > 0)
            warn("%s", limits[i]);
    }
}
