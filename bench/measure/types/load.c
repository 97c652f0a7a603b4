// A fresh server under an open loop: requests are due at the times of a Poisson schedule,
// regardless of the server, and latency counts from there.
//
// The rate is a fraction, in percent, of the server's own capacity, which a short closed loop with
// the same connections measures just before; without a fraction it is the plan's rate. All models
// of a block get the same schedule, stretched to their rates, and each block a different one.
//
// The window is as long as its percentile needs (load.h).
//
// An excessive rate is not a fault: latencies grow, and unsent requests are in the distribution
// with at least the time-out.
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/latency_record.h"
#include "bench/measure/trial/open_loop.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void take_report(const struct report *report, double cpu_us, struct measurement *m)
{
    double *f = m->values;
    double due = report->offered_per_s * report->window_s;
    f[METRIC_window_s] = report->window_s;
    f[METRIC_failures] = f[METRIC_errors] = open_loop_errors(report);
    f[METRIC_echoes] = report->echoes;
    f[METRIC_offered_per_s] = report->offered_per_s;
    f[METRIC_achieved_per_s] = report->echoes_per_s;
    f[METRIC_latency_p50_us] = report->latency.p50_us;
    f[METRIC_latency_p99_us] = report->latency.p99_us;
    f[METRIC_latency_p99_9_us] = report->latency.p99_9_us;
    f[METRIC_send_lag_p50_us] = report->send_lag.p50_us;
    f[METRIC_send_lag_p99_us] = report->send_lag.p99_us;
    f[METRIC_unsent_share] = report->unsent / due;
    f[METRIC_client_load] = report->cpu_load;
    if (report->requests_per_connection == 0) {
        f[METRIC_connections] = report->connections;
        f[METRIC_server_cpu_us] = cpu_us;
        f[METRIC_server_cpu_us_per_echo] = cpu_us / f[METRIC_echoes];
    }
    if (!(f[METRIC_echoes] > 0))
        measurement_fault(m, "no echoes");
    if (f[METRIC_failures] > 0)
        measurement_fault(m, "%.0f requests refused, reset, cut short or wrongly answered",
                          f[METRIC_failures]);
}

static void drive(const struct trial *t, const struct server *server, struct measurement *m)
{
    struct report report;
    struct load load = t->load;
    if (load.fraction > 0)
        load.rate = load.fraction / 100 * open_loop_capacity(t, server, false, m);
    if (strcmp(m->status, "ok") != 0)
        return;
    load.window_s = load_window_s(&load, load.rate);
    struct latency_record record = latency_record_begin();
    load.seed = t->block;
    double cpu_us = driver_run(t->setting, server, &load, record.argument, &report, m);
    latency_record_keep(&record, t, &report);
    take_report(&report, cpu_us, m);
}

static void measure(const struct trial *t, struct measurement *m)
{
    struct server server = {0};
    if (server_start(t->setting, t->program, t->arguments, &server, m))
        drive(t, &server, m);
    server_stop(t->setting, &server, m);
    measurement_explain(m, server.last_words);
}

TRIAL_TYPE(.name = "load", .serves = true, .measure = measure);
