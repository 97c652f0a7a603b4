#include "bench/measure/trial/trials.h"
#include "bench/analyse/validity.h"
#include "bench/base/checksum.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW_BYTES = 4096 };

static bool is_good(const char *line, size_t length, size_t number, const void *unused)
{
    (void)unused;
    return number == 1 || has_its_checksum(line, length);
}

static void append_header(const struct record *trials)
{
    char text[ROW_BYTES];
    int used =
        snprintf(text, sizeof text, "trial\tblock\texperiment\tmodel\tx\tstarted_utc\twall_s");
    for (int i = 0; i < FIGURE_COUNT; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "\t%s", figure_names[i]);
    used += snprintf(text + used, sizeof text - (size_t)used,
                     "\tstatus\tvalidity\treasons\t" CHECKSUM_COLUMN "\n");
    record_append(trials, text, (size_t)used);
}

struct record trials_open(const char *run)
{
    struct record trials = record_open(run, "trials.tsv");
    record_lock(&trials);
    if (record_trim(&trials, is_good, NULL))
        warnx("%s: its last row was cut off or damaged; that trial is repeated", trials.path);
    if (record_is_empty(&trials))
        append_header(&trials);
    return trials;
}

void trials_append(const struct record *trials, const struct trial_name *name, time_t started,
                   double wall_s, const struct measurement *m)
{
    char text[ROW_BYTES], when[32], codes[CODES_BYTES];
    struct tm utc;
    int validity = trial_validity(m, codes);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&started, &utc));
    int used = snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s\t%s\t%.4f", name->trial, name->block,
                        name->experiment, name->model, name->x, when, wall_s);
    for (int i = 0; i < FIGURE_COUNT; i++)
        used += isfinite(m->figures[i])
                    ? snprintf(text + used, sizeof text - (size_t)used, "\t%.9g", m->figures[i])
                    : snprintf(text + used, sizeof text - (size_t)used, "\t-");
    used += snprintf(text + used, sizeof text - (size_t)used, "\t%s\t%s\t%s", m->status,
                     validity_names[validity], codes);
    used +=
        snprintf(text + used, sizeof text - (size_t)used, "\t%08x\n", crc32(text, (size_t)used));
    record_append(trials, text, (size_t)used);
}
