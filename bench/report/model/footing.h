// On which footing a foreign server was measured: what it asked of its sockets, where that differs
// from the servers of the suite, which are equal.
#pragma once

#include "bench/report/model/facts.h"

#include <stdio.h>

// Writes "backlog 5 instead of 4,096, TCP_NODELAY off" about a foreign server, by all its trials in
// the run; nothing about another, where it does not differ, or if it is not known.
void footing_say(const struct facts *f, const char *model, FILE *to);
