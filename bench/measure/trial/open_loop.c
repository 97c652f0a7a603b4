#include "bench/measure/trial/open_loop.h"

// Long enough for thousands of echoes: this gives the capacity within a few percent.
static const double probe_s = 0.12, probe_warmup_s = 0.03;

double open_loop_capacity(const struct trial *t, const struct server *server, bool may_refuse,
                          struct measurement *m)
{
    struct report report;
    struct load probe = t->load;
    probe.rate = 0;
    probe.window_s = probe_s;
    probe.warmup_s = probe_warmup_s;
    double cpu_us = driver_run(t->setting, server, &probe, "", &report, m),
           capacity_per_s = report.echoes_per_s,
           available_us = report.window_s * 1e6 * CPU_COUNT(&t->setting->server_cpus),
           errors = open_loop_errors(&report) - (may_refuse ? open_loop_refused(&report) : 0);
    m->values[METRIC_capacity_per_s] = capacity_per_s;
    // Without persistent connections, the processes that served them are gone, and their CPU time
    // with them.
    if (report.requests_per_connection == 0)
        m->values[METRIC_capacity_server_load] = cpu_us / available_us;
    if (!(capacity_per_s > 0) || errors > 0)
        measurement_fault(m, "no usable capacity: %.0f echoes per s, %.0f errors", capacity_per_s,
                          errors);
    return capacity_per_s;
}

double open_loop_errors(const struct report *report)
{
    double sum = 0;
    for (int kind = 0; kind < FAILURES; kind++)
        sum += kind == TIMEOUT ? 0 : report->errors[kind];
    return sum;
}

double open_loop_refused(const struct report *report)
{
    return open_loop_errors(report) - report->errors[MISMATCH];
}
