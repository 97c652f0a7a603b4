// How long this thread has waited for a processor since it began: it could run, and others did. The
// kernel keeps count of it in /proc (CONFIG_SCHED_INFO); reading it takes some 10 us.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// False where the kernel does not say.
bool run_queue_delay(uint64_t *ns);
