// Which processors the server and the client get: one core each, disjoint, so that neither runs on
// the other's time.
#pragma once

#include <sched.h>
#include <stddef.h>

// Chooses from the processors that this process may use: the server gets the last physical core
// (the first is where most interrupts land), the client the one before it; hyper-threads of both
// stay empty. With one core both share it.
void cpus_choose(cpu_set_t *server, cpu_set_t *client);

// So many cores for the server: its own, then those that nobody has, then the client's. Returns 0,
// or -1 if there are not so many.
int cpus_widen(const cpu_set_t *server, const cpu_set_t *client, unsigned count, cpu_set_t *cpus);

// Reads a list such as "0,2-3" as the kernel writes them. Returns 0, or -1 if it is not one.
int cpus_parse(const char *list, cpu_set_t *set);

// Writes a set as such a list.
void cpus_print(const cpu_set_t *set, char *list, size_t bytes);
