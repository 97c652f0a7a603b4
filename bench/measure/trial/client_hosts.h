// The client hosts of a run (clients/core/host.h): their agents are started once, and serve every
// trial of this process. A host that was lost is started again once; if it is lost in the next
// trial, too, it cannot be relied on.
#pragma once

#include "bench/measure/trial/process.h"
#include "bench/measure/trial/setting.h"

#include <stdbool.h>

enum { CHANNELS_BYTES = 4096 };

// Starts the agents that do not run. Does nothing if the clients are on this machine only. Returns
// NULL, or in one line why a host is no use.
const char *client_hosts_open(const struct setting *setting);

// Lets the driver have the open channels: its argument, empty without client hosts.
void client_hosts_pass(struct arguments *driver, char argument[CHANNELS_BYTES]);

// Of a driver's message that begins with the name of a host that was lost: ends that host's agent.
// Returns what happened, in one line.
const char *client_hosts_lose(const char *message);

// A driver has used them without a loss.
void client_hosts_proven(void);

// Whether any of them is this machine.
bool client_hosts_are_here(void);
