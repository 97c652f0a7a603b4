#include "bench/measure/trial/driver.h"

#include "bench/measure/trial/process.h"
#include "bench/measure/trial/socket_owners.h"

#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;

double reported(const char *report, const char *name)
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

void driver_arguments(const struct load *load, char text[DRIVER_BYTES])
{
    const struct {
        const char *option;
        double value;
    } options[] = {
        {"-c", (double)load->connections}, {"-k", (double)load->requests},
        {"-s", (double)load->bytes},       {"-r", load->rate},
        {"-n", (double)load->total},       {"-d", load->window_s},
        {"--warmup", load->warmup_s},      {"--timeout", load->timeout_s},
        {"--seed", (double)load->seed},
    };
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].value > 0)
            used += (size_t)snprintf(text + used, DRIVER_BYTES - used, "%s%s %.15g",
                                     used ? " " : "", options[i].option, options[i].value);
}

double driver_run(const struct setting *setting, const struct server *server,
                  const struct load *load, const char *more, char *report, size_t bytes,
                  struct measurement *m)
{
    char words[1024], arguments[DRIVER_BYTES], moment[16];
    int output[2], gate[2], status = 0;
    struct rusage usage;
    struct arguments list = {0};
    uint64_t cpu_ns[2] = {0}, waited_ns[2] = {0}, deadline_ns = monotonic_ns() + 60 * second_ns;
    if (pipe2(output, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        err(1, "pipe");
    driver_arguments(load, arguments);
    snprintf(words, sizeof words, BUILD_FOLDER "/clients/drive --gate %d %s %s %s", gate[1],
             arguments, more, server->address);
    arguments_add(&list, words);
    pid_t driver = process_start(&list, &setting->client_cpus, output[1], setting->log_fd, gate[1]);
    close(output[1]);
    close(gate[1]);
    for (int i = 0; i < 2 && read_line(gate[0], moment, sizeof moment, deadline_ns); i++) {
        cpu_ns[i] = process_group_cpu_ns(server->pid);
        waited_ns[i] = process_group_run_queue_delay_ns(server->pid);
        if (i == 1)
            socket_owners_check(server, load->requests == 0, m);
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
    m->figures[FIGURE_server_run_queue_delay_us] =
        waited_ns[1] > waited_ns[0] ? (double)(waited_ns[1] - waited_ns[0]) / 1e3 : 0;
    return (double)(cpu_ns[1] - cpu_ns[0]) / 1e3;
}
