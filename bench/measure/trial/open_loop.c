#include "bench/measure/trial/open_loop.h"

#include "bench/measure/trial/driver.h"

// Long enough for thousands of echoes: this gives the capacity within a few percent.
static const double probe_s = 0.12, probe_warmup_s = 0.03;

double open_loop_capacity(const struct trial *t, const struct server *server, struct measurement *m)
{
    char report[8192] = "";
    struct load probe = t->load;
    probe.rate = 0;
    probe.window_s = probe_s;
    probe.warmup_s = probe_warmup_s;
    double cpu_us = driver_run(t->setting, server, &probe, "", report, sizeof report, m),
           capacity_per_s = reported(report, "echoes_per_s"),
           available_us = reported(report, "window_s") * 1e6 * CPU_COUNT(&t->setting->server_cpus);
    m->figures[FIGURE_capacity_per_s] = capacity_per_s;
    // Without persistent connections, the processes that served them are gone, and their CPU time
    // with them.
    if (reported(report, "requests_per_connection") == 0)
        m->figures[FIGURE_capacity_server_load] = cpu_us / available_us;
    if (!(capacity_per_s > 0) || open_loop_errors(report) > 0)
        measurement_fault(m, "no usable capacity: %.0f echoes per s, %.0f errors", capacity_per_s,
                          open_loop_errors(report));
    return capacity_per_s;
}

double open_loop_errors(const char *report)
{
    static const char *const names[] = {"errors_connect", "errors_reset", "errors_short",
                                        "errors_mismatch"};
    double sum = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        sum += reported(report, names[i]);
    return sum;
}
