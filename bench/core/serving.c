#include "bench/core/serving.h"

#include "bench/core/process.h"

#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;

struct running {
    pid_t pid;
    int output_fd, error_fd;
    char address[256];
    char last_words[160]; // the last line of its error output, once it is stopped
};

enum { ERRORS_AT_MOST = 65536 }; // bytes that a server can write to its error output

// Starts a server and waits until it says where it listens. False, and a fault, if it does not.
static bool start_server(const struct setting *setting, const char *program, const char *arguments,
                         struct running *server, struct measurement *m)
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
    if (!read_line(server->output_fd, line, sizeof line, monotonic_ns() + 10 * second_ns) ||
        strncmp(line, announcement, strlen(announcement)) != 0) {
        measurement_fault(m, "server did not start");
        return false;
    }
    snprintf(server->address, sizeof server->address, "%s", line + strlen(announcement));
    return true;
}

// A server's whole life, its descendants included.
struct life {
    double cpu_us, faults, switches; // page faults, and switches to another task
    double counted;                  // requests, in the state that they share; NAN: it shares none
};

// How many requests a server counted, which it says last of all.
static double counted(int output_fd)
{
    char line[256];
    unsigned long long count;
    double last = NAN;
    while (read_line(output_fd, line, sizeof line, monotonic_ns() + second_ns))
        if (sscanf(line, "state %*s counted %llu", &count) == 1)
            last = (double)count;
    return last;
}

// Appends what a server has said to the log, and keeps its last line.
static void keep_errors(const struct setting *setting, struct running *server)
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

// Stops a server and accounts for it; anything but a clean stop is a fault.
static struct life stop_server(const struct setting *setting, struct running *server,
                               struct measurement *m)
{
    int status = 0;
    struct rusage usage = {0};
    struct life life = {.counted = NAN};
    kill(server->pid, SIGTERM);
    if (!process_wait(server->pid, monotonic_ns() + 5 * second_ns, &status, &usage)) {
        measurement_fault(m, "server did not stop");
        kill(-server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        measurement_fault(m, "server ended with status %#x", (unsigned)status);
    }
    if (process_group_kill(server->pid))
        measurement_fault(m, "server left processes behind");
    life.counted = counted(server->output_fd);
    close(server->output_fd);
    keep_errors(setting, server);
    life.cpu_us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    life.faults = (double)(usage.ru_minflt + usage.ru_majflt);
    life.switches = (double)(usage.ru_nvcsw + usage.ru_nivcsw);
    return life;
}

// The value behind a name in the driver's report.
static double reported(const char *report, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = report; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, name, length) == 0 && line[length] == '\t')
            return line[length + 1] == '-' ? NAN : strtod(line + length + 1, NULL);
    return NAN;
}

static size_t read_all(int fd, char *text, size_t bytes, uint64_t until_ns)
{
    size_t length = 0;
    while (length + 1 < bytes && read_line(fd, text + length, bytes - length, until_ns)) {
        length += strlen(text + length);
        text[length++] = '\n';
    }
    text[length] = '\0';
    return length;
}

// Drives a server. Returns the CPU time in us that the server's processes spent between the two
// gates, and the driver's report.
static double drive(const struct setting *setting, const struct running *server, const char *load,
                    char *report, size_t bytes, struct measurement *m)
{
    char words[1024], moment[16];
    int output[2], gate[2], status = 0;
    struct rusage usage;
    struct arguments list = {0};
    uint64_t cpu_ns[2] = {0}, deadline_ns = monotonic_ns() + 60 * second_ns;
    if (pipe2(output, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        err(1, "pipe");
    snprintf(words, sizeof words, "build/clients/drive --gate %d %s %s", gate[1], load,
             server->address);
    arguments_add(&list, words);
    pid_t driver = process_start(&list, &setting->client_cpus, output[1], setting->log_fd, gate[1]);
    close(output[1]);
    close(gate[1]);
    for (int i = 0; i < 2 && read_line(gate[0], moment, sizeof moment, deadline_ns); i++) {
        cpu_ns[i] = process_group_cpu_ns(server->pid);
        if (write(gate[0], "\n", 1) != 1)
            break;
    }
    close(gate[0]); // a driver that still waits there, because this process was told to stop, ends
    read_all(output[0], report, bytes, deadline_ns);
    if (!process_wait(driver, deadline_ns, &status, &usage)) {
        measurement_fault(m, "driver did not end");
        kill(driver, SIGKILL);
        waitpid(driver, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        measurement_fault(m, "driver ended with status %#x", (unsigned)status);
    }
    close(output[0]);
    return (double)(cpu_ns[1] - cpu_ns[0]) / 1e3;
}

static void look_at(const struct running *server, struct measurement *m)
{
    struct process_state state;
    if (!process_look_at_rest(server->pid, &state))
        return;
    m->figures[FIGURE_server_descriptors] = state.descriptors;
    m->figures[FIGURE_server_zombies] = state.zombies;
    m->figures[FIGURE_server_memory_kib] = state.memory_kib;
}

// All failures together; their kinds are put into words.
static double failures(const char *report, char *kinds, size_t bytes)
{
    static const char *const names[] = {"errors_connect",  "errors_reset",   "errors_short",
                                        "errors_mismatch", "errors_timeout", "unsent"};
    double sum = 0;
    size_t used = 0;
    kinds[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        double count = reported(report, names[i]);
        sum += count;
        if (count > 0 && used < bytes)
            used += (size_t)snprintf(kinds + used, bytes - used, " %s %.0f", names[i], count);
    }
    return sum;
}

void serve_and_measure(const struct setting *setting, const char *program, const char *arguments,
                       const char *load, struct measurement *m)
{
    char report[8192] = "", kinds[120];
    struct running server = {0}, idle = {0};
    double *f = m->figures;

    if (!start_server(setting, program, arguments, &server, m)) {
        stop_server(setting, &server, m);
        measurement_explain(m, server.last_words);
        return;
    }
    double window_cpu_us = drive(setting, &server, load, report, sizeof report, m);
    look_at(&server, m);
    struct life life = stop_server(setting, &server, m), idle_life = {0};

    bool persistent = reported(report, "requests_per_connection") == 0;
    if (!persistent) {
        start_server(setting, program, arguments, &idle, m);
        idle_life = stop_server(setting, &idle, m);
        f[FIGURE_server_idle_cpu_us] = idle_life.cpu_us;
    }
    f[FIGURE_window_s] = reported(report, "window_s");
    f[FIGURE_failures] = failures(report, kinds, sizeof kinds);
    f[FIGURE_served] = reported(report, "connections_served");
    f[FIGURE_connections] = reported(report, persistent ? "connections" : "connections_total");
    f[FIGURE_echoes] = reported(report, persistent ? "echoes" : "echoes_total");
    f[FIGURE_server_cpu_us] = persistent ? window_cpu_us : life.cpu_us - idle_life.cpu_us;
    f[FIGURE_server_cpu_us_per_echo] = f[FIGURE_server_cpu_us] / f[FIGURE_echoes];
    if (!persistent) {
        f[FIGURE_server_cpu_us_per_connection] = f[FIGURE_server_cpu_us] / f[FIGURE_connections];
        f[FIGURE_server_faults_per_connection] =
            (life.faults - idle_life.faults) / f[FIGURE_connections];
        f[FIGURE_server_switches_per_connection] =
            (life.switches - idle_life.switches) / f[FIGURE_connections];
        f[FIGURE_connections_per_s] = reported(report, "connections_per_s");
    }
    f[FIGURE_echoes_per_s] = reported(report, "echoes_per_s");
    f[FIGURE_client_load] = reported(report, "cpu_load");
    f[FIGURE_client_cpu_us_per_echo] = reported(report, "cpu_us_per_echo");
    f[FIGURE_latency_p50_us] = reported(report, "latency_p50_us");
    f[FIGURE_latency_p99_us] = reported(report, "latency_p99_us");
    if (!(f[FIGURE_echoes] > 0))
        measurement_fault(m, "no echoes");
    if (strstr(arguments, "--state") && !isfinite(life.counted))
        measurement_fault(m, "the server did not say what it counted");
    if (isfinite(life.counted) && life.counted != reported(report, "echoes_total"))
        measurement_fault(m, "%.0f of %.0f requests counted in the shared state", life.counted,
                          reported(report, "echoes_total"));
    if (f[FIGURE_failures] > 0)
        measurement_fault(m, "%.0f failures:%s (%.0f connections served)", f[FIGURE_failures],
                          kinds, f[FIGURE_served]);
    measurement_explain(m, server.last_words);
}
