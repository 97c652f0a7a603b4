#include "bench/measure/trial/latency_record.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct latency_record latency_record_begin(void)
{
    struct latency_record record;
    // In memory: a file would stay behind if this process were killed.
    record.fd = memfd_create("latencies", MFD_CLOEXEC);
    if (record.fd < 0)
        err(1, "the driver's latencies");
    snprintf(record.argument, sizeof record.argument, "--raw /proc/%d/fd/%d", (int)getpid(),
             record.fd);
    return record;
}

void latency_record_keep(struct latency_record *record, const struct trial *trial,
                         const struct report *report)
{
    char *line = NULL;
    size_t room = 0;
    FILE *file = fdopen(record->fd, "re");
    if (!file)
        err(1, "the driver's latencies");
    rewind(file);
    if (isfinite(report->offered_per_s) && getline(&line, &room, file) > 0)
        fputs(line, trial->latencies);
    free(line);
    fclose(file);
}
