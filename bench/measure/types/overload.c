// A fresh server under an open loop that is more than it can do for a while, then less: how long it
// takes until latency is back within a limit (in ms), and how many requests are lost.
//
// The first fifth of the window has a fraction, in percent, of the server's own capacity, which a
// short closed loop with the same connections measures just before; the rest has 70 %. The server
// has recovered when at least 99 of 100 requests that are due are answered within the limit, and
// this stays so (drive --burst). What it has not done by the end of the window never comes.
//
// Lost are requests that failed, or were not sent in time because the client's connections were all
// waiting. They are the result, not a fault of the trial. Refused are those of them whose
// connection was refused, reset or closed: a server with a bound may do so, and its capacity is
// then what it answers of a closed loop in which it refuses the rest.
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/open_loop.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double burst_share = 0.2, rest_fraction = 0.7;

static void take_report(const struct report *report, struct measurement *m)
{
    double *f = m->values, due = report->offered_per_s * report->window_s,
           lost = open_loop_errors(report) + report->errors[TIMEOUT] + report->unsent;
    f[METRIC_window_s] = report->window_s;
    f[METRIC_failures] = lost;
    f[METRIC_echoes] = report->echoes;
    f[METRIC_wrong_answers] = report->errors[MISMATCH];
    f[METRIC_offered_per_s] = report->offered_per_s;
    f[METRIC_achieved_per_s] = report->echoes_per_s;
    f[METRIC_lost_share] = fmin(lost / due, 1);
    f[METRIC_refused_share] = fmin(open_loop_refused(report) / due, 1);
    f[METRIC_recovery_s] = report->recovered == 0 ? INFINITY : report->recovery_s;
    f[METRIC_client_load] = report->cpu_load;
    if (!(f[METRIC_echoes] > 0))
        measurement_fault(m, "no echoes");
}

static void drive(const struct trial *t, const struct server *server, struct measurement *m)
{
    struct report report;
    struct load load = t->load;
    char more[128];
    double capacity = open_loop_capacity(t, server, true, m), burst_s = burst_share * load.window_s,
           burst_rate = load.fraction / 100 * capacity;
    if (strcmp(m->status, "ok") != 0)
        return;
    load.rate = rest_fraction * capacity;
    load.seed = t->block;
    snprintf(more, sizeof more, "--burst %.15g:%.15g --in-time %.15g", burst_rate, burst_s,
             load.limit_ms / 1e3);
    driver_run(t->setting, server, &load, more, &report, m);
    take_report(&report, m);
}

static void measure(const struct trial *t, struct measurement *m)
{
    struct server server = {0};
    if (server_start(t->setting, t->program, t->arguments, &server, m))
        drive(t, &server, m);
    server_stop(t->setting, &server, m);
    measurement_explain(m, server.last_words);
}

TRIAL_TYPE(.name = "overload", .serves = true, .measure = measure);
