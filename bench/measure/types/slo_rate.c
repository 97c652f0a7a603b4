// The highest rate of an open loop at which a server keeps the 99th percentile of its latencies
// under a limit (in ms): searched for, on one fresh server.
//
// The search halves the rate, beginning at half of the server's capacity in a closed loop, until
// the limit is kept, and then bisects, on a logarithmic scale, up to a little above the capacity.
// Each step is an open loop with a schedule of its own, of a thousand requests or more, so that ten
// lie beyond the percentile. A step has kept the limit if its percentile is within it and no
// request failed or was not sent. Of a step in which the client sent late,
// by half of the limit, nothing is known of the server: it has not kept the limit either, and if
// no step has, the trial says so and is not used.
//
// What disturbs a step disturbs the search for good: one step that fails by accident keeps it
// below. If one step in ten does, nearly half of all searches of six steps go wrong, and always
// downwards. So a step that fails is made once more and has failed if both have, which leaves 6 %.
// The price is that a rate at the very knee, kept half of the time, is kept three times in four:
// the knee is read slightly high, by less than the last bracket (4 %), and for all models alike.
//
// What is reported is the rate that was answered within the window of the highest step that kept
// the limit, not the one that was offered: for a short time a server can take more than it can
// answer before a limit of 10 ms is over.
#include "bench/measure/trial/driver.h"
#include "bench/measure/trial/open_loop.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const double above_capacity = 1.05, close_enough = 1.04, least_share = 1.0 / 16;

// Some more requests than a thousand, for their number is random; and how long a step may take
// then.
enum { LEAST_REQUESTS = 1200, LONGEST_S = 1, TRIES = 2 };

struct search {
    const struct trial *trial;
    const struct server *server;
    struct measurement *m;
    double limit_us;
    unsigned long seed; // of the step's schedule
    bool client_was_late;
};

// One step: whether the limit was kept. What it measured goes into the figures then.
static bool try_once(struct search *s, double rate_per_s)
{
    struct report report;
    double *f = s->m->figures;
    struct load load = s->trial->load;
    load.rate = rate_per_s;
    load.window_s = fmax(load.window_s, LEAST_REQUESTS / rate_per_s);
    load.seed = s->seed++;
    driver_run(s->trial->setting, s->server, &load, "", &report, s->m);
    double failed = open_loop_errors(&report) + report.errors[TIMEOUT] + report.unsent,
           lag_us = report.send_lag.p99_us, p99_us = report.latency.p99_us;
    s->client_was_late = !(lag_us <= s->limit_us / 2);
    if (!(failed == 0 && p99_us <= s->limit_us) || s->client_was_late)
        return false;
    f[FIGURE_window_s] = report.window_s;
    f[FIGURE_echoes] = report.echoes;
    f[FIGURE_slo_rate_per_s] = report.echoes_per_s;
    f[FIGURE_latency_p50_us] = report.latency.p50_us;
    f[FIGURE_latency_p99_us] = p99_us;
    f[FIGURE_send_lag_p99_us] = lag_us;
    f[FIGURE_client_load] = report.cpu_load;
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
    double capacity = open_loop_capacity(s->trial, s->server, s->m);
    if (strcmp(s->m->status, "ok") != 0)
        return;
    double least = fmax(capacity * least_share, (double)LEAST_REQUESTS / LONGEST_S),
           high = capacity * above_capacity, low = capacity / 2;
    while (low >= least && !is_kept(s, low)) {
        high = low;
        low /= 2;
    }
    if (!(low >= least)) {
        measurement_fault(s->m, "the limit is not kept at %.0f requests per s%s", high,
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
