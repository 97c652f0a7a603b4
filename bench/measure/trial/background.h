// Background connections in a trial: connections to the same server that are idle, silent, stalled,
// trickling or heavy (clients/background). The trial starts and ends them, on the client's CPUs.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"

#include <stddef.h>
#include <sys/types.h>

struct background {
    pid_t pid;                 // 0: none
    int output_fd, command_fd; // it connects after the first line, and ends at end of file
};

enum { BACKGROUND_ARGUMENTS_BYTES = 64 };

// A load's background connections as arguments of clients/background.
void background_arguments(const struct load *load, char text[BACKGROUND_ARGUMENTS_BYTES]);

// Starts the program for a load's background connections, and waits until it is ready to connect.
void background_start(const struct setting *setting, const struct server *server,
                      const struct load *load, struct background *background,
                      struct measurement *m);

// Lets it connect, waits until all are in place, and returns their number. A missing connection is
// a fault. Does nothing without background connections.
void background_gather(struct background *background, struct measurement *m);

// Ends it. Connections that broke meanwhile are a fault.
void background_end(struct background *background, struct measurement *m);
