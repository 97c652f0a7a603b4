// An io_uring loop that accepts and serves: a whole server, or one worker of it.
//
// One multishot accept request yields all connections, and one multishot receive request all data
// of a connection, into provided buffers. All sends of an iteration enter the kernel in one call
// and produce a completion only if they fall short.
#pragma once

struct argp; // argp.h's

// --ring VARIANT: how the ring is set up; the first of them by default.
extern const struct argp io_uring_loop_options;

// Why this machine cannot run it, or NULL.
const char *io_uring_loop_unsupported(void);

// Serves until the listener is shut down. Returns the exit status. One loop per process.
int io_uring_loop(int listen_fd);
