#include "bench/measure/trial/driver.h"

#include "bench/measure/trial/client_hosts.h"
#include "bench/measure/trial/counters.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/read_until.h"
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

enum { REPORT_BYTES = 8192 };

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
    if (load->io)
        snprintf(text + used, DRIVER_BYTES - used, "%s--io %s", used ? " " : "", load->io);
}

struct driver driver_start(const struct setting *setting, const struct server *server,
                           const struct load *load, const char *more)
{
    char words[1024 + CHANNELS_BYTES], arguments[DRIVER_BYTES], channels[CHANNELS_BYTES];
    int output[2], gate[2];
    struct arguments list = {0};
    const char *reason = client_hosts_open(setting);
    if (reason)
        errx(1, "%s", reason);
    client_hosts_pass(&list, channels);
    if (pipe2(output, O_CLOEXEC) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        err(1, "pipe");
    driver_arguments(load, arguments);
    snprintf(words, sizeof words, BUILD_FOLDER "/clients/drive --gate %d %s %s %s %s", gate[1],
             channels, arguments, more, server->address);
    arguments_add(&list, words);
    arguments_inherit(&list, gate[1]);
    struct driver driver = {
        .pid = process_start(&list, &setting->client_cpus, output[1], setting->log_fd),
        .output_fd = output[0],
        .gate_fd = gate[0],
        .deadline_ns = now_ns() + 60 * second_ns,
        .uses_hosts = *channels,
    };
    close(output[1]);
    close(gate[1]);
    return driver;
}

bool driver_awaits_gate(struct driver *driver)
{
    static const char lost[] = "lost ";
    char moment[sizeof driver->lost];
    if (!read_line(driver->gate_fd, moment, sizeof moment, driver->deadline_ns))
        return false;
    if (strncmp(moment, lost, strlen(lost)) != 0)
        return true;
    strcpy(driver->lost, moment + strlen(lost));
    return false;
}

bool driver_pass_gate(const struct driver *driver)
{
    return write(driver->gate_fd, "\n", 1) == 1;
}

// What is the same for every load: how the client was made up.
static void take_workers(const struct report *report, struct measurement *m)
{
    snprintf(m->client_io, sizeof m->client_io, "%.15s", report->io);
    m->values[METRIC_client_hosts] = report->hosts;
    m->values[METRIC_client_workers] = report->workers;
    m->values[METRIC_client_start_skew_us] = report->start_skew_us;
    m->values[METRIC_client_p50_spread] = report->worker_p50_most_us / report->worker_p50_least_us;
    m->values[METRIC_client_p99_spread] = report->worker_p99_most_us / report->worker_p99_least_us;
}

void driver_end(struct driver *driver, struct report *report, struct measurement *m)
{
    char text[REPORT_BYTES], problem[REPORT_PROBLEM_BYTES];
    int status = 0;
    struct rusage usage;
    shutdown(driver->gate_fd, SHUT_WR); // a driver that still waits there, because this process
                                        // was told to stop, ends
    read_to_end(driver->output_fd, text, sizeof text, driver->deadline_ns);
    close(driver->output_fd);
    bool has_ended = process_wait(driver->pid, driver->deadline_ns, &status, &usage);
    while (has_ended && driver_awaits_gate(driver))
        ;
    close(driver->gate_fd);
    if (driver->uses_hosts)
        m->values[METRIC_client_hosts_lost] = *driver->lost != '\0';
    if (*driver->lost)
        measurement_fault(m, "%s", client_hosts_lose(driver->lost));
    if (!has_ended) {
        measurement_fault(m, "driver did not end");
        kill(driver->pid, SIGKILL);
        waitpid(driver->pid, NULL, 0);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        measurement_fault(m, "driver ended with status %#x", (unsigned)status);
    }
    if (report_read(report, text, problem)) {
        take_workers(report, m);
        if (driver->uses_hosts)
            client_hosts_proven();
    } else {
        measurement_fault(m, "the driver's report %s", problem);
    }
}

// Only of the window: what the server's processes use to start and to stop is no part of it.
static void take_host_cpu(const struct report *report, double cpu_us, struct measurement *m)
{
    m->values[METRIC_host_cpu_us] = cpu_us;
    if (client_hosts_are_here())
        return; // it would be the clients', too
    if (report->connections_made > 0)
        m->values[METRIC_host_cpu_us_per_connection] = cpu_us / report->connections_made;
    if (report->echoes > 0)
        m->values[METRIC_host_cpu_us_per_echo] = cpu_us / report->echoes;
}

double driver_run(const struct setting *setting, const struct server *server,
                  const struct load *load, const char *more, struct report *report,
                  struct measurement *m)
{
    uint64_t cpu_ns[2] = {0}, waited_ns[2] = {0};
    double host_us[2] = {NAN, NAN};
    struct driver driver = driver_start(setting, server, load, more);
    for (int i = 0; i < 2 && driver_awaits_gate(&driver); i++) {
        host_us[i] = host_cpu_us();
        cpu_ns[i] = process_group_cpu_ns(server->pid);
        waited_ns[i] = process_group_run_queue_delay_ns(server->pid);
        if (i == 1)
            socket_owners_check(server, load->requests == 0, m);
        if (!driver_pass_gate(&driver))
            break;
    }
    driver_end(&driver, report, m);
    if (driver.uses_hosts)
        take_host_cpu(report, host_us[1] - host_us[0], m);
    m->values[METRIC_server_run_queue_delay_us] =
        waited_ns[1] > waited_ns[0] ? (double)(waited_ns[1] - waited_ns[0]) / 1e3 : 0;
    return (double)(cpu_ns[1] - cpu_ns[0]) / 1e3;
}
