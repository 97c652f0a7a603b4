// The server under check, as the bench starts foreign servers: one at a time, in a process group of
// its own, watched, and with nothing left of it in the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct foreign_server {
    pid_t pid; // its first process and the number of its group; not reaped before it is stopped
    unsigned port;
};

// Starts the server of a conf file and waits until it listens. False if it does not: `seen` says
// why in one line, and nothing of it is left.
bool foreign_server_start(const char *conf, struct foreign_server *server, char *seen,
                          size_t bytes);

// How it has ended or was ended; NULL: it runs. Ending is no fault once it has been told to.
const char *foreign_server_sudden_end(bool is_told);

// Ends all its processes by SIGKILL. Returns the last line that it printed, which may be empty.
const char *foreign_server_stop(void);

// Leaves its processes no more descriptors than they have now, and `spare`. False if not permitted.
bool foreign_server_limit_descriptors(pid_t pid, unsigned spare);
