// The self-tests of a run: did this machine, at that time, give right answers to known questions?
#pragma once

#include "bench/report/model/facts.h"

// How many have this verdict: passed, failed, recorded.
size_t selftests_with(const struct facts *f, const char *verdict);

// Whether there are some, and none failed.
bool selftests_passed(const struct facts *f);

// What they show: "All 12 self-tests passed." The caller frees it.
char *selftests_text(const struct facts *f);
