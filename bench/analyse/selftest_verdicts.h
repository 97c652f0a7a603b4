// What a run's self-tests are worth by today's bounds.
#pragma once

#include "bench/analyse/judge.h"

// Judges what the self-tests have found (selftest.tsv in the run's folder), and with them the
// ratios of self_same, a server measured under two names: writes a row for each. A finding that
// failed is said in one line and is no failure: the report says what it makes doubtful. Exits with
// status 1 and one line if what the bounds are computed from is not there.
void selftest_judge(const char *run, const struct evidence *e, FILE *file);
