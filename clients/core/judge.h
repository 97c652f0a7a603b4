// What failures mean for the server's owner.
#pragma once

#include "clients/core/outcome.h"

// What the kernel has dropped by itself. It counts for all programs of this network namespace, so
// this is only the likely cause of a failure.
struct dropped {
    double connection_table, accept_queue;
};

struct dropped dropped_until_now(void);

// Writes one line that says what went wrong, if anything did; `before`: what had been dropped
// before the run. Returns the exit status.
int judge(const char *target, const struct outcome *outcome, const struct dropped *before);
