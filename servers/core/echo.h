// The echo core: what all models do with a connection, so that they differ only in their
// concurrency.
//
// A stream echo (RFC 862): sends all bytes back in order until the peer closes. The core is a state
// machine without I/O: it says what to transfer next, and the caller reports the result. It has
// three callers: echo() blocks, echo_ready() runs when a descriptor is ready, and a completion loop
// passes in results itself.
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
    struct request request; // the current line, updated by the receiver of the bytes
    bool closed; // the peer sent its last byte and has all of them back, or the connection broke
    int error;   // the errno that broke it, or 0
};

enum echo_action echo_next(const struct echo *e);

// Reports the result of the action from echo_next(): a byte count (0 from a read is end of file) or
// a negative errno. EINTR and EAGAIN change nothing: the same action is next.
void echo_advance(struct echo *e, ssize_t result);

// Serves a blocking socket until it is done. The caller closes it.
void echo(int connfd);

// A connection in a readiness loop (select, poll, epoll). It holds no buffer while idle: reads use
// a scratch buffer, and only bytes that the peer does not accept at once are kept.
struct ready_echo {
    struct echo echo;
    unsigned char *held; // the bytes [start, end) not yet taken, or NULL
    enum {
        FOUND_MORE,    // a full buffer, or it did not read
        FOUND_LESS,    // all available bytes; an end of file may follow them
        FOUND_NOTHING, // not even an end of file: the next event will be reported
    } found;           // by the last call, when it read
};

// Does what a ready non-blocking socket allows: at most one read and the matching write, so that no
// connection delays the others. Returns what to wait for next (POLLIN or POLLOUT), or 0: close the
// connection; its buffer is freed. An edge-triggered loop checks `found` and may call again before
// it waits for POLLIN. All connections use one scratch buffer, so one thread at a time may call it.
short echo_ready(struct ready_echo *c, int connfd);

// The same with a scratch buffer of ECHO_BUFFER_BYTES, for several threads with one each.
short echo_ready_with(struct ready_echo *c, int connfd, unsigned char *scratch);
