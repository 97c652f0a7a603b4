#include "clients/core/run_queue_delay.h"

#include <inttypes.h>
#include <stdio.h>

bool run_queue_delay(uint64_t *ns)
{
    FILE *file = fopen("/proc/thread-self/schedstat", "re");
    if (!file)
        return false;
    bool read = fscanf(file, "%*u %" SCNu64, ns) == 1; // for how long it ran, and waited
    fclose(file);
    return read;
}
