// What a request does besides being echoed.
//
// A request is a line: it has come when its end has been read. Bytes do not know of requests, so
// each caller of the echo core shows what it receives to requests_received(), in order, before any
// of it goes back.
#pragma once

#include <stddef.h>

// Called for each request. NULL: there is nothing to do, and nobody looks for line ends.
extern void (*request_action)(void);

// Calls it for each line end among these bytes.
void requests_act(const unsigned char *bytes, size_t n);

static inline void requests_received(const unsigned char *bytes, size_t n)
{
    if (request_action)
        requests_act(bytes, n);
}
