// Company for the driver as part of a trial: connections to the same server that are idle, silent,
// slow or greedy (clients/company), made and ended at moments that the trial chooses, on the
// client's processors.
#pragma once

#include "bench/core/files/setting.h"
#include "bench/core/trial/measurement.h"
#include "bench/core/trial/server.h"

#include <stddef.h>
#include <sys/types.h>

struct company {
    pid_t pid;                 // 0: there is none
    int output_fd, command_fd; // it makes connections at the first line, and ends at the end
};

// What leads to company in the load of a serving trial, behind the driver's arguments, and what has
// its failures counted instead of making the trial unusable.
#define COMPANY_FOLLOWS " + company "
#define FAILURES_COUNT " + failures counted"

// Cuts the driver's arguments off a load. Returns those of the company, or NULL if it keeps none;
// they point into the load, which is changed.
char *company_in(char *load);

// Starts company with these arguments, and waits until it is about to make its first connection.
void company_start(const struct setting *setting, const struct server *server,
                   const char *arguments, struct company *company, struct measurement *m);

// Lets it make its connections, waits until all are in place, and says how many are. Connections
// that are not are a fault. Without company nothing happens.
void company_gather(struct company *company, struct measurement *m);

// Ends it. Connections that broke meanwhile are a fault.
void company_end(struct company *company, struct measurement *m);
