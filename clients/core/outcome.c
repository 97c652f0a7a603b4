#include "clients/core/outcome.h"

#include <string.h>

void outcome_reset(struct outcome *o)
{
    memset(o, 0, sizeof *o);
    histogram_reset(&o->latency);
    histogram_reset(&o->service);
    histogram_reset(&o->send_lag);
}

uint64_t outcome_failures(const struct outcome *o)
{
    uint64_t sum = 0;
    for (int kind = 0; kind < FAILURES; kind++)
        sum += o->failures[kind];
    return sum;
}

uint64_t outcome_silent_ns(const struct outcome *o)
{
    uint64_t sum_ns = 0, half_ns = histogram_percentile(&o->service, 50);
    for (int k = 0; k < SILENCES; k++)
        if ((uint64_t)SILENCE_LEAST_NS << k >= 2 * half_ns)
            sum_ns += o->silence_ns[k];
    return sum_ns;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void outcome_merge(struct outcome *into, const struct outcome *from)
{
    into->begun_ns = into->begun_ns < from->begun_ns ? into->begun_ns : from->begun_ns;
    into->begun_by_ns = most(into->begun_by_ns, from->begun_by_ns);
    into->window_ns = most(into->window_ns, from->window_ns);
    into->echoes += from->echoes;
    into->echoes_in_time += from->echoes_in_time;
    into->echoes_first_third += from->echoes_first_third;
    into->echoes_last_third += from->echoes_last_third;
    into->connections += from->connections;
    into->echoes_total += from->echoes_total;
    into->connections_total += from->connections_total;
    into->connections_served += from->connections_served;
    for (int kind = 0; kind < FAILURES; kind++)
        into->failures[kind] += from->failures[kind];
    into->ports_exhausted += from->ports_exhausted;
    into->unsent += from->unsent;
    into->last_errno = into->last_errno ? into->last_errno : from->last_errno;
    into->gave_up = into->gave_up || from->gave_up;
    into->cpu_window_ns += from->cpu_window_ns;
    into->busiest_window_ns = most(into->busiest_window_ns, from->busiest_window_ns);
    into->knows_run_queue_delay = into->knows_run_queue_delay && from->knows_run_queue_delay;
    into->run_queue_delay_window_ns =
        most(into->run_queue_delay_window_ns, from->run_queue_delay_window_ns);
    for (int k = 0; k < SILENCES; k++)
        into->silence_ns[k] = most(into->silence_ns[k], from->silence_ns[k]);
    for (int k = 0; k < SLICES; k++) {
        into->slice_due[k] += from->slice_due[k];
        into->slice_late[k] += from->slice_late[k];
    }
    histogram_merge(&into->latency, &from->latency);
    histogram_merge(&into->service, &from->service);
    histogram_merge(&into->send_lag, &from->send_lag);
}
