// client_cpus: prints the CPUs that the client gets on this machine, as a list.
//
// It gets as many cores as it takes for none of its workers to be the limit (CLIENT_BOUND) of the
// epoll server on one core, with short and with persistent connections: the client's work grows
// with the server's rate. It never gets more than half of the cores.
#include "bench/base/cpus.h"
#include "bench/base/usage.h"
#include "bench/measure/trial/setting.h"
#include "bench/measure/trial/trial_type.h"

#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct setting setting;

static double load_of_client(unsigned long requests)
{
    struct measurement m;
    measurement_reset(&m);
    const struct trial trial = {
        .setting = &setting,
        .program = BUILD_FOLDER "/servers/epoll",
        .arguments = "-",
        .load = {.connections = 32,
                 .requests = requests,
                 .bytes = 64,
                 .window_s = 0.15,
                 .warmup_s = 0.03},
    };
    trial_type_named("serve")->measure(&trial, &m);
    if (strcmp(m.status, "ok") != 0)
        warnx("cannot try whether the client needs another core: %s", m.status);
    return m.values[METRIC_client_load]; // NAN then: what it has must do
}

static bool is_the_limit(const cpu_set_t *server, const cpu_set_t *client)
{
    setting.server_cpus = *server;
    setting.client_cpus = *client;
    return fmax(load_of_client(1), load_of_client(0)) > CLIENT_BOUND;
}

int main(int argc, char **argv)
{
    char list[5 * CPU_SETSIZE];
    cpu_set_t allowed, server, client;
    usage_check(argc, argv, 0, 0, "client_cpus",
                "Prints the processors that clients need so as not to be the limit.");
    setting.log_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (setting.log_fd < 0)
        err(1, "/dev/null");
    signal(SIGPIPE, SIG_IGN);
    hold_off_halts();
    cpus_allowed(&allowed);
    cpus_fit(&allowed, "", is_the_limit, &server, &client);
    cpus_print(&client, list, sizeof list);
    if (puts(list) == EOF || fflush(stdout) == EOF)
        err(1, "standard output");
}
