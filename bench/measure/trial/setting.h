// The conditions of everything that a run measures.
#pragma once

#include <sched.h>

enum { SETTING_TEXT_BYTES = 4096 };

struct setting {
    cpu_set_t server_cpus, client_cpus;
    int log_fd; // receives the error output of servers and tools

    // Of remote clients: their hosts, separated by blanks; how to start a program there; and the
    // address of this machine that they reach. Empty: the clients are on this machine, and servers
    // listen on its loopback address.
    char client_hosts[SETTING_TEXT_BYTES], launch[SETTING_TEXT_BYTES], server_address[64];
};

// Reads the CPUs of a run's server and client, and opens its messages.log. Exits with status 1 and
// one line if it cannot.
void setting_read(const char *run, struct setting *setting);

// The same parts of it: opens a run's messages.log; makes the launcher (foreign.h) take foreign
// servers from the run's folder.
int setting_log(const char *run);
void setting_name_foreign(const char *run);

// The seed of a run. Exits with status 1 and one line if it has none.
unsigned long setting_seed(const char *run);

// Keeps CPUs out of deep idle states while this process lives
// (Documentation/power/pm_qos_interface).
void hold_off_halts(void);

// Gives this process and its children a private IPC namespace, with the same limits: their System V
// objects and POSIX message queues disappear with the last of them, even if all are killed at once
// (ipc_namespaces(7)). Does nothing where this is not permitted.
void keep_ipc_apart(void);
