// Judges a run's self-tests by today's bounds.
#pragma once

#include "bench/analyse/judge.h"

// Judges the findings of the self-tests (selftest.tsv in the run's folder) and the ratios of
// self_same, a server measured under two names: writes a row for each. A failed finding is reported
// in one line and is not an error: the report says what it makes doubtful. Exits with status 1 and
// one line if the input of a bound is missing.
void selftest_judge(const char *run, const struct evidence *e, FILE *file);
