// What a request does besides being echoed.
//
// A request is a line; it is complete when its newline has been read. The echo core works on bytes
// and knows no requests. Each caller therefore passes received bytes to requests_received(), in
// order, before sending any of them back. A word is found even if its line arrives in pieces.
#pragma once

#include <stddef.h>

enum { REQUEST_ACTIONS_AT_MOST = 3, REQUEST_WORD_BYTES = 255 };

// The unfinished line of a connection. For each action's word: how much of it the bytes so far end
// with, or its full length once found. All zeros: an empty line.
struct request {
    unsigned char matched[REQUEST_ACTIONS_AT_MOST];
};

// Adds an action for each request, after the earlier ones; with a word, only for lines that contain
// it. A word that no line can contain: message and exit status 2.
void requests_do(void (*act)(void), const char *word);

// The number of actions. If 0, nothing scans for newlines.
extern unsigned request_actions;

// Continues the line, and runs the actions for each newline in these bytes.
void requests_act(struct request *r, const unsigned char *bytes, size_t n);

static inline void requests_received(struct request *r, const unsigned char *bytes, size_t n)
{
    if (request_actions)
        requests_act(r, bytes, n);
}
