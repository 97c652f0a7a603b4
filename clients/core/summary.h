// A report's figures, computed from what the engine counted and timed.
#pragma once

#include "clients/core/engine.h"
#include "clients/core/report.h"

// Divides the window of a load that has a burst, so that its outcome tells when it had recovered.
void summary_slice(struct load *load);

// The figures of a load: the outcome of all its workers, and that of each. Target and I/O are left
// empty.
struct report summary(const struct load *load, const struct outcome *all, const struct outcome *own,
                      unsigned workers);
