// The highest rate of an open loop at which a server keeps p99 within a limit (in ms): a search on
// one fresh server.
//
// The search starts at half of the server's closed-loop capacity and halves the rate until a step
// passes. Then it bisects, on a logarithmic scale, up to a little above the capacity. Each step is
// an open loop with its own schedule, as long as its percentile needs (load.h). A step passes if
// its percentile is within the limit and every request was sent and answered. If the client sent
// late by half of the limit, the step does not measure the server: it fails, and if no step passes,
// the trial reports that and is not used.
//
// A disturbed step spoils the whole search: one accidental failure keeps the result too low. If one
// step in ten is disturbed, nearly half of all searches of six steps go wrong, always downwards. So
// a failed step is repeated once and fails only if both fail, which leaves 6 %. The price: a rate
// exactly at the limit, which passes half of the time, then passes three times in four. So the
// result is slightly high, by less than the last bracket (4 %), for all models alike.
//
// The result is the rate answered within the window of the highest passing step, not the offered
// rate: for a short time a server can accept more than it can answer within 10 ms.
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/open_loop.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double above_capacity = 1.05, close_enough = 1.04, least_share = 1.0 / 16;

enum { PERCENTILE = 99, TRIES = 2 };

struct search {
    const struct trial *trial;
    const struct server *server;
    struct measurement *m;
    double limit_us;
    unsigned long seed; // of the step's schedule
    bool client_was_late;
};

// One step: returns whether it passed, and stores its values if it did.
static bool try_once(struct search *s, double rate_per_s)
{
    struct report report;
    double *f = s->m->values;
    struct load load = s->trial->load;
    load.rate = rate_per_s;
    load.percentile = PERCENTILE;
    load.window_s = load_window_s(&load, rate_per_s);
    load.seed = s->seed++;
    driver_run(s->trial->setting, s->server, &load, "", &report, s->m);
    double failed = open_loop_errors(&report) + report.errors[TIMEOUT] + report.unsent,
           lag_us = report.send_lag.p99_us, p99_us = report.latency.p99_us;
    s->client_was_late = !(lag_us <= s->limit_us / 2);
    if (!(failed == 0 && p99_us <= s->limit_us) || s->client_was_late)
        return false;
    f[METRIC_window_s] = report.window_s;
    f[METRIC_echoes] = report.echoes;
    f[METRIC_slo_rate_per_s] = report.echoes_per_s;
    f[METRIC_latency_p50_us] = report.latency.p50_us;
    f[METRIC_latency_p99_us] = p99_us;
    f[METRIC_send_lag_p50_us] = report.send_lag.p50_us;
    f[METRIC_send_lag_p99_us] = lag_us;
    f[METRIC_client_load] = report.cpu_load;
    return true;
}

static bool is_kept(struct search *s, double rate_per_s)
{
    for (int tries = 0; tries < TRIES && strcmp(s->m->status, "ok") == 0; tries++)
        if (try_once(s, rate_per_s))
            return true;
    return false;
}

static void find(struct search *s)
{
    double capacity = open_loop_capacity(s->trial, s->server, false, s->m);
    if (strcmp(s->m->status, "ok") != 0)
        return;
    double least = fmax(capacity * least_share, load_lowest_rate_per_s(PERCENTILE)),
           high = capacity * above_capacity, low = capacity / 2;
    while (low >= least && !is_kept(s, low)) {
        high = low;
        low /= 2;
    }
    if (!(low >= least)) {
        measurement_fault(s->m, "p99 exceeds the limit even at %.0f requests per s%s", high,
                          s->client_was_late ? ": the client was late itself" : "");
        return;
    }
    while (high / low > close_enough) {
        double middle = sqrt(low * high);
        *(is_kept(s, middle) ? &low : &high) = middle;
    }
}

static void measure(const struct trial *t, struct measurement *m)
{
    struct server server = {0};
    struct search search = {.trial = t, .server = &server, .m = m, .seed = 1000 * t->block};
    search.limit_us = t->load.limit_ms * 1e3;
    if (server_start(t->setting, t->program, t->arguments, &server, m))
        find(&search);
    server_stop(t->setting, &server, m);
    measurement_explain(m, server.last_words);
}

TRIAL_TYPE(.name = "slo_rate", .serves = true, .measure = measure);
