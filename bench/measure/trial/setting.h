// What holds for everything that a run measures.
#pragma once

#include <sched.h>

struct setting {
    cpu_set_t server_cpus, client_cpus;
    int log_fd; // takes what servers and tools print on their error output
};

// Reads which processors a run's server and client have, and opens its messages.log. Exits with
// status 1 and one line if it cannot.
void setting_read(const char *run, struct setting *setting);

// Keeps virtual processors from halting for as long as this process lives
// (Documentation/power/pm_qos_interface).
void hold_off_halts(void);

// Gives this process and its children System V's objects and POSIX's message queues of their own,
// with the same limits: they go with the last of these processes, also if all are killed at once
// (ipc_namespaces(7)). Where this is not allowed, it does nothing.
void keep_ipc_apart(void);
