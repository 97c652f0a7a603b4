// A loop over the completions of an io_uring, which accepts and serves: a server, or each worker of
// one.
//
// One accept request yields all connections and one receive request all the data of a connection
// (multishot), into buffers lent to the kernel. All sends of a turn enter the kernel in one call
// and are heard of only if they fall short.
#pragma once

// Why this machine cannot run it, or NULL.
const char *io_uring_loop_unsupported(void);

// Serves until the listener is shut down. Returns the exit status. One loop a process.
int io_uring_loop(int listen_fd);
