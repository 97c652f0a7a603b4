#include "bench/measure/trial/server.h"

#include "bench/measure/trial/process.h"

#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;

enum { ERRORS_AT_MOST = 65536 }; // bytes that a server can write to its error output

bool server_start(const struct setting *setting, const char *program, const char *arguments,
                  struct server *server, struct measurement *m)
{
    static const char announcement[] = "listening on ";
    char words[1024], line[256];
    int output[2];
    struct arguments list = {0};
    snprintf(words, sizeof words, "%s %s", program, strcmp(arguments, "-") == 0 ? "" : arguments);
    arguments_add(&list, words);
    server->error_fd = memfd_create("errors", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (pipe2(output, O_CLOEXEC) < 0 || server->error_fd < 0 ||
        ftruncate(server->error_fd, ERRORS_AT_MOST) < 0 ||
        fcntl(server->error_fd, F_ADD_SEALS, F_SEAL_GROW) < 0)
        err(1, "outputs of a server");
    server->pid = process_start(&list, &setting->server_cpus, output[1], server->error_fd, -1);
    close(output[1]);
    server->output_fd = output[0];
    if (!read_line(server->output_fd, line, sizeof line, now_ns() + 10 * second_ns) ||
        strncmp(line, announcement, strlen(announcement)) != 0) {
        measurement_fault(m, "server did not start");
        return false;
    }
    snprintf(server->address, sizeof server->address, "%s", line + strlen(announcement));
    process_count_descriptors(server->pid, &server->descriptors);
    return true;
}

// The shares of the least busy and the busiest worker in all counts, which are in ascending order.
static void share_out(const char *counts, struct life *life)
{
    double least = NAN, most = NAN, sum = 0, workers = 0;
    char *end;
    for (; *counts == ' '; counts = end) {
        most = strtod(counts, &end);
        if (end == counts)
            break;
        least = workers > 0 ? least : most;
        sum += most;
        workers++;
    }
    life->idlest = least / (sum / workers);
    life->busiest = most / (sum / workers);
}

// The count of a server, which it prints last.
static void read_counts(int output_fd, struct life *life)
{
    char text[8192], *rest = text, *line;
    unsigned long long count;
    int counts = 0;
    read_to_end(output_fd, text, sizeof text, now_ns() + second_ns);
    while ((line = strsep(&rest, "\n")) && rest) { // what has no newline was cut off
        if (sscanf(line, "state %*s counted %llu", &count) == 1)
            life->counted = (double)count;
        sscanf(line, "state %*s by worker%n", &counts);
        if (counts > 0)
            share_out(line + counts, life);
        counts = 0;
    }
}

// Appends a server's error output to the log, and keeps its last line.
static void keep_errors(const struct setting *setting, struct server *server)
{
    static char text[ERRORS_AT_MOST + 1];
    off_t said = lseek(server->error_fd, 0, SEEK_CUR); // where its next line would have begun
    ssize_t length = pread(server->error_fd, text, said > 0 ? (size_t)said : 0, 0);
    if (length < 0 || write(setting->log_fd, text, (size_t)length) != length)
        warn("what a server said is lost");
    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length > 0 ? length : 0] = '\0';
    const char *newline = strrchr(text, '\n');
    snprintf(server->last_words, sizeof server->last_words, "%.*s",
             (int)sizeof server->last_words - 1, newline ? newline + 1 : text);
    close(server->error_fd);
}

struct life server_stop(const struct setting *setting, struct server *server, struct measurement *m)
{
    int status = 0;
    struct rusage usage = {0};
    struct life life = {.counted = NAN, .busiest = NAN, .idlest = NAN};
    kill(server->pid, SIGTERM);
    if (!process_wait(server->pid, now_ns() + 5 * second_ns, &status, &usage)) {
        measurement_fault(m, "server did not stop");
        kill(-server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    } else if (!server->may_crash && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        measurement_fault(m, "server ended with status %#x", (unsigned)status);
    }
    if (process_group_kill(server->pid))
        measurement_fault(m, "server left processes behind");
    unsigned orphans = process_orphans_end();
    if (orphans > 0 && !(m->values[METRIC_foreign] > 0)) {
        m->values[METRIC_foreign] = orphans;
        measurement_fault(m, "server had processes outside of its group");
    }
    read_counts(server->output_fd, &life);
    close(server->output_fd);
    keep_errors(setting, server);
    life.cpu_us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    life.faults = (double)(usage.ru_minflt + usage.ru_majflt);
    life.switches = (double)(usage.ru_nvcsw + usage.ru_nivcsw);
    return life;
}
