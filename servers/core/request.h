// What a request does besides being echoed.
//
// A request is a line: it has come when its end has been read. Bytes do not know of requests, so
// each caller of the echo core shows what it receives to requests_received(), in order, before any
// of it goes back. A word is found in a line in however many pieces the line comes.
#pragma once

#include <stddef.h>

enum { REQUEST_ACTIONS_AT_MOST = 3, REQUEST_WORD_BYTES = 255 };

// The line of a connection whose end has not come yet: of each action's word, how much its bytes
// end with so far, or all, if it holds it. All zeros: nothing of it has come.
struct request {
    unsigned char matched[REQUEST_ACTIONS_AT_MOST];
};

// From now on each request does this, after what was said before; if there is a word, only those
// that hold it. A word that no line can hold: a message and exit status 2.
void requests_do(void (*act)(void), const char *word);

// How many actions there are. 0: nobody looks for line ends.
extern unsigned request_actions;

// Reads on in the line, and acts for each line end among these bytes.
void requests_act(struct request *r, const unsigned char *bytes, size_t n);

static inline void requests_received(struct request *r, const unsigned char *bytes, size_t n)
{
    if (request_actions)
        requests_act(r, bytes, n);
}
