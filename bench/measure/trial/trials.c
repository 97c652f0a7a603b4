#include "bench/measure/trial/trials.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 4096 };

struct record trials_open(const char *run)
{
    char columns[ROW_BYTES];
    struct record trials = record_open(run, "trials.tsv");
    record_lock(&trials);
    int used = snprintf(columns, sizeof columns,
                        "trial\tblock\texperiment\tmodel\tx\tstarted_utc\twall_s");
    for (int i = 0; i < METRIC_COUNT; i++)
        used += snprintf(columns + used, sizeof columns - (size_t)used, "\t%s", metrics[i].name);
    snprintf(columns + used, sizeof columns - (size_t)used, "\tstatus\tclient_io");
    if (record_begin(&trials, columns))
        warnx("%s: its last row was torn or damaged; that trial is repeated", trials.path);
    return trials;
}

static int print_value(char *text, size_t bytes, double value)
{
    return isnan(value)   ? snprintf(text, bytes, "\t-")
           : isinf(value) ? snprintf(text, bytes, "\tnever")
                          : snprintf(text, bytes, "\t%.9g", value);
}

void trials_append(const struct record *trials, const struct trial_name *name, time_t started,
                   double wall_s, const struct measurement *m)
{
    char text[ROW_BYTES], when[32];
    struct tm utc;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&started, &utc));
    int used = snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s\t%s\t%.4f", name->trial, name->block,
                        name->experiment, name->model, name->x, when, wall_s);
    for (int i = 0; i < METRIC_COUNT; i++)
        used += print_value(text + used, sizeof text - (size_t)used, m->values[i]);
    snprintf(text + used, sizeof text - (size_t)used, "\t%s\t%s", m->status, m->client_io);
    record_append(trials, text);
}
