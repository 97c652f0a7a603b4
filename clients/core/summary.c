#include "clients/core/summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

// Slices are as many as there can be with 200 requests in each, so that one in a hundred is not a
// single one.
void summary_slice(struct load *load)
{
    double count = (double)load->window_ns / 1e9 * load->rate_per_s / 200;
    count = fmin(fmax(floor(count), 1), SLICES);
    load->slice_ns = (uint64_t)((double)load->window_ns / count) + 1;
}

// A percentile; NAN if fewer than ten values are beyond it, because it would depend on single
// values.
static double percentile_us(const struct histogram *h, double percent)
{
    double beyond = (double)histogram_count(h) * (100 - percent) / 100 + 1e-6; // 99.9 is not exact
    return beyond < 10 ? NAN : (double)histogram_percentile(h, percent) / 1e3;
}

static struct times times_of(const struct histogram *h)
{
    bool any = histogram_count(h) > 0;
    return (struct times){
        .p50_us = percentile_us(h, 50),
        .p90_us = percentile_us(h, 90),
        .p99_us = percentile_us(h, 99),
        .p99_9_us = percentile_us(h, 99.9),
        .max_us = any ? (double)histogram_max(h) / 1e3 : NAN,
        .mean_us = any ? histogram_mean(h) / 1e3 : NAN,
    };
}

static double per(double amount, double count)
{
    return count > 0 ? amount / count : NAN;
}

// Failed and unsent requests are in the histogram with the time-out, so they are not in time. If
// the time-out is shorter than the limit, the share is unknown.
static double in_time_percent(const struct load *load, const struct histogram *latency)
{
    double within = (double)histogram_count_within(latency, load->late_ns);
    bool can_tell = load->late_ns < load->timeout_ns;
    return can_tell ? per(100 * within, (double)histogram_count(latency)) : NAN;
}

// From the end of the burst to that of the last slice in which more than one request in a hundred
// was late. INFINITY: in the last slice, too.
static double recovery_s(const struct load *load, const struct outcome *o)
{
    uint64_t last = (load->window_ns - 1) / load->slice_ns, end_ns = load->burst_ns;
    for (uint64_t k = load->burst_ns / load->slice_ns; k <= last; k++)
        if (100 * o->slice_late[k] > o->slice_due[k])
            end_ns = (k + 1) * load->slice_ns;
    return end_ns >= load->window_ns ? INFINITY : (double)(end_ns - load->burst_ns) / 1e9;
}

static void report_recovery(struct report *r, const struct load *load, const struct outcome *o)
{
    r->recovered = r->recovery_s = NAN;
    if (!load->burst_ns)
        return;
    double s = recovery_s(load, o);
    r->recovered = isfinite(s);
    r->recovery_s = isfinite(s) ? s : NAN;
}

// The mean of the window.
static double offered_per_s(const struct load *load)
{
    double burst_share = load->burst_ns ? (double)load->burst_ns / (double)load->window_ns : 0;
    return load->burst_rate_per_s * burst_share + load->rate_per_s * (1 - burst_share);
}

struct range {
    double least, most;
};

static void widen(struct range *r, double value)
{
    r->least = fmin(r->least, value); // fmin and fmax ignore NAN
    r->most = fmax(r->most, value);
}

// Whether the workers found the same: what is merged hides what one of them alone saw.
static void compare_workers(struct report *r, const struct outcome *own, unsigned count)
{
    struct range begun_us = {NAN, NAN}, p50_us = {NAN, NAN}, p99_us = {NAN, NAN}, load = {NAN, NAN};
    r->workers = count;
    for (unsigned i = 0; i < count && count > 1; i++) {
        widen(&begun_us, (double)(own[i].begun_ns - own->begun_ns + 1000000000) / 1e3);
        widen(&begun_us, (double)(own[i].begun_by_ns - own->begun_ns + 1000000000) / 1e3);
        widen(&p50_us, percentile_us(&own[i].latency, 50));
        widen(&p99_us, percentile_us(&own[i].latency, 99));
        widen(&load, per((double)own[i].cpu_window_ns, (double)own[i].window_ns));
    }
    r->start_skew_us = begun_us.most - begun_us.least;
    r->worker_load_least = load.least;
    r->worker_p50_least_us = p50_us.least;
    r->worker_p50_most_us = p50_us.most;
    r->worker_p99_least_us = p99_us.least;
    r->worker_p99_most_us = p99_us.most;
}

struct report summary(const struct load *load, const struct outcome *o, const struct outcome *own,
                      unsigned workers)
{
    bool is_open = load->rate_per_s > 0;
    double window_s = (double)o->window_ns / 1e9;
    struct report r = {
        .connections = load->connections,
        .requests_per_connection = (double)load->requests_per_connection,
        .bytes = (double)load->bytes,
        .offered_per_s = is_open ? offered_per_s(load) : NAN,
        .window_s = window_s,
        .echoes = (double)o->echoes,
        .echoes_per_s = per((double)o->echoes_in_time, window_s),
        .connections_made = (double)o->connections,
        .connections_per_s = per((double)o->connections, window_s),
        .echoes_total = (double)o->echoes_total,
        .connections_total = (double)o->connections_total,
        .connections_served = (double)o->connections_served,
        .unsent = (double)o->unsent,
        .ports_exhausted = (double)o->ports_exhausted,
        .echoes_first_third = load->window_ns ? (double)o->echoes_first_third : NAN,
        .echoes_last_third = load->window_ns ? (double)o->echoes_last_third : NAN,
        .cpu_us_per_echo = per((double)o->cpu_window_ns / 1e3, (double)o->echoes),
        .cpu_load = per((double)o->busiest_window_ns / 1e9, window_s),
        .in_time_percent = in_time_percent(load, &o->latency),
        .cpu_wait = o->knows_run_queue_delay
                        ? per((double)o->run_queue_delay_window_ns / 1e9, window_s)
                        : NAN,
        .silent = per((double)outcome_silent_ns(o) / 1e9, window_s),
        .latency = times_of(&o->latency),
        .service = times_of(&o->service),
        .send_lag = times_of(&o->send_lag),
    };
    for (int kind = 0; kind < FAILURES; kind++)
        r.errors[kind] = (double)o->failures[kind];
    snprintf(r.loop, sizeof r.loop, "%s", is_open ? "open" : "closed");
    compare_workers(&r, own, workers);
    report_recovery(&r, load, o);
    return r;
}
