// The foreign servers of a run: those of servers/foreign/, and the user's own.
//
// A run has copies of their conf files in its folder foreign/, so that it continues with the same.
// Before a server takes part, it is built and started once: whatever does not serve is named then,
// not in each trial.
#pragma once

#include "bench/base/experiment.h"
#include "bench/measure/trial/setting.h"

#include <stdbool.h>
#include <stddef.h>

struct foreign_server {
    struct experiment conf;
    bool is_own; // the user's
    bool is_tried;
    char status[256]; // "ok", or "skipped: " and the reason; once it is tried
};

struct foreign_servers {
    const char *run;        // the folder
    struct setting setting; // that they are tried in
    struct foreign_server *list;
    size_t count;
};

// Reads all. `own`: a command with {port}, which is then called "mine", or NULL. `own_file`: a file
// of lines NAME=COMMAND, or NULL. `address`: where they must listen for client hosts; NULL: on
// 127.0.0.1. Exits with status 2 and one line on an error in these.
struct foreign_servers foreign_servers_read(const char *run, const cpu_set_t *server_cpus,
                                            const char *own, const char *own_file,
                                            const char *address);

// Tries one, unless that was done, and sets its status. The reason why one of the user's does not
// take part, and a server that ignores SIGTERM, are also a line on standard error.
void foreign_try(struct foreign_servers *all, struct foreign_server *one);

void foreign_servers_free(struct foreign_servers *all);
