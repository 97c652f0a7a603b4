// How a program known only by its port ends: it need not reap its processes, and its exit status
// does not matter. Its first process remains a zombie, which whoever started it reaps.
#pragma once

#include "tests/core/server_process.h"

// Sends a signal to `to`, the first process or its group (negative). Fails unless all processes of
// the program end within 2 s, those outside of its group included, and the port is closed. Sets
// s->pid to 0.
void group_is_ended(struct server_process *s, pid_t to, int signal_number);
