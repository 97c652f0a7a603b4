// Background connections for the driver as part of a trial: connections to the same server that are
// idle, silent, slow or greedy (clients/background), made and ended at moments that the trial
// chooses, on the client's processors.
#pragma once

#include "bench/base/measurement.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/setting.h"

#include <stddef.h>
#include <sys/types.h>

struct background {
    pid_t pid;                 // 0: there is none
    int output_fd, command_fd; // it makes connections at the first line, and ends at the end
};

// What leads to background in the load of a serving trial, behind the driver's arguments, and what
// has its failures counted instead of making the trial unusable.
#define BACKGROUND_FOLLOWS " + background "
#define FAILURES_COUNT " + failures counted"

// Cuts the driver's arguments off a load. Returns those of the background, or NULL if it keeps
// none; they point into the load, which is changed.
char *background_in(char *load);

// Starts background with these arguments, and waits until it is about to make its first connection.
void background_start(const struct setting *setting, const struct server *server,
                      const char *arguments, struct background *background, struct measurement *m);

// Lets it make its connections, waits until all are in place, and says how many are. Connections
// that are not are a fault. Without background nothing happens.
void background_gather(struct background *background, struct measurement *m);

// Ends it. Connections that broke meanwhile are a fault.
void background_end(struct background *background, struct measurement *m);
