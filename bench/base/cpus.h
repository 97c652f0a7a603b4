// The CPUs of server and client: one core each, disjoint, so that neither uses the other's time.
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

// Chooses from the CPUs that this process may use. The server gets the last physical core of the
// fastest kind (most interrupts arrive at the first core), the client so many others: the last ones
// of the same kind and node, or what is most like it; the other hyper-threads of all stay idle.
// With a single core they share it.
void cpus_choose(unsigned clients, cpu_set_t *server, cpu_set_t *client);

// The same for these CPUs, of the machine whose /sys is at root/sys.
void cpus_choose_from(const cpu_set_t *allowed, const char *root, unsigned clients,
                      cpu_set_t *server, cpu_set_t *client);

// The same, with one core more for the client as long as it is the limit; half of the cores at
// most, as the server needs the others when it has several.
void cpus_fit(const cpu_set_t *allowed, const char *root,
              bool (*is_limit)(const cpu_set_t *server, const cpu_set_t *client), cpu_set_t *server,
              cpu_set_t *client);

// The CPUs that this process may use.
void cpus_allowed(cpu_set_t *allowed);

// What makes their CPUs unequal, such as "cores of different kinds"; NULL: nothing.
const char *cpus_differ(const cpu_set_t *server, const cpu_set_t *client, const char *root);

// That many cores for the server: its own, then unused ones, then the client's. Returns 0, or -1 if
// there are not enough.
int cpus_widen(const cpu_set_t *server, const cpu_set_t *client, unsigned count, cpu_set_t *cpus);

// Parses a list such as "0,2-3", as the kernel writes them. Returns 0, or -1 if it is malformed.
int cpus_parse(const char *list, cpu_set_t *set);

// Writes a set as such a list.
void cpus_print(const cpu_set_t *set, char *list, size_t bytes);
