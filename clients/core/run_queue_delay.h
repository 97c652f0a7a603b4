// Run-queue delay: how long this thread was runnable without running since it started. The kernel
// counts it in /proc (CONFIG_SCHED_INFO); reading it takes about 10 us.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// False if the kernel does not report it.
bool run_queue_delay(uint64_t *ns);
