// The messages that the driver sends. They are lines, because some echo servers (the textbook's)
// answer line by line. Each differs from its neighbours, so that a stale or crossed answer cannot
// pass for the right one. They differ in every run, so that a server cannot know them without
// reading them.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct messages {
    unsigned char *text; // [count][bytes]
    size_t bytes;        // of each message, its newline included
    size_t count;
};

// Creates messages of this size. Returns 0, or -1 with errno.
int messages_make(struct messages *m, size_t bytes);
void messages_free(struct messages *m);

// The n-th message of a connection. Neighbours in n, and the same n on other connections, get
// different messages as far as their number allows (1,024, fewer if they are large; only one of one
// byte).
static inline const unsigned char *message(const struct messages *m, uint32_t connection,
                                           uint64_t n)
{
    return m->text + (connection * UINT64_C(389) + n) % m->count * m->bytes;
}
