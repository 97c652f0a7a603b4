// Background connections for the driver as part of a trial: connections to the same server that are
// idle, silent, slow or greedy (clients/background), made and ended at moments that the trial
// chooses, on the client's processors.
#pragma once

#include "bench/base/load.h"
#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"

#include <stddef.h>
#include <sys/types.h>

struct background {
    pid_t pid;                 // 0: there is none
    int output_fd, command_fd; // it makes connections at the first line, and ends at the end
};

enum { BACKGROUND_ARGUMENTS_BYTES = 64 };

// A load's background connections in the arguments of clients/background.
void background_arguments(const struct load *load, char text[BACKGROUND_ARGUMENTS_BYTES]);

// Starts what keeps a load's background connections, and waits until it is about to make the first.
void background_start(const struct setting *setting, const struct server *server,
                      const struct load *load, struct background *background,
                      struct measurement *m);

// Lets it make its connections, waits until all are in place, and says how many are. Connections
// that are not are a fault. Without background nothing happens.
void background_gather(struct background *background, struct measurement *m);

// Ends it. Connections that broke meanwhile are a fault.
void background_end(struct background *background, struct measurement *m);
