// The echo core: what all models do with a connection, so that they differ in nothing but their
// concurrency.
//
// A stream echo (RFC 862): bytes go back as they came, in order, until the peer has sent its last
// one. The core itself is a state machine that does no I/O: it says what to transfer next and is
// told what came of it. Three callers move the bytes: echo() blocks, echo_ready() is called when a
// descriptor is ready, and a completion loop feeds it results itself.
#pragma once

#include "servers/core/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { ECHO_BUFFER_BYTES = 16384 }; // the most that one read takes, for every model

enum echo_action {
    ECHO_READ,  // read up to ECHO_BUFFER_BYTES into the start of the buffer
    ECHO_WRITE, // write the buffer's bytes [start, end)
    ECHO_CLOSE, // nothing is left to do: close the connection
};

// All zeros is a connection on which nothing has happened.
struct echo {
    size_t start, end;      // the bytes read and not yet written back are buffer[start, end)
    struct request request; // for who receives the bytes: the line that is coming in
    bool closed; // the peer sent its last byte and has all of them back, or the connection broke
    int error;   // the errno that broke it, or 0
};

enum echo_action echo_next(const struct echo *e);

// Tells the core what the action of echo_next() came to: a count of bytes (0 from a read is the
// peer's end of file) or a negative errno. Interruptions and "not now" (EINTR, EAGAIN) change
// nothing: the same action is next.
void echo_advance(struct echo *e, ssize_t result);

// Serves a blocking socket until it is done. The caller closes it.
void echo(int connfd);

// A connection in a readiness loop (select, poll, epoll). While it is idle it holds no buffer:
// reads go to one scratch buffer, for one thread, and only what the peer does not take at once is
// kept.
struct ready_echo {
    struct echo echo;
    unsigned char *held; // the bytes [start, end) not yet taken, or NULL
    enum {
        FOUND_MORE,    // as much as fits, or it has not looked
        FOUND_LESS,    // all bytes that there were; its end may have come behind them
        FOUND_NOTHING, // not even its end: what comes will be announced anew
    } found;           // by the last call, when it read
};

// Does what a ready non-blocking socket allows: at most one read and the write that answers it, so
// that no connection keeps the others waiting. Returns what to wait for next (POLLIN or POLLOUT),
// or 0: close it, nothing is held any more. Who waits for changes of readiness (edge-triggered)
// calls again, depending on what was found, before it waits for POLLIN.
short echo_ready(struct ready_echo *c, int connfd);
