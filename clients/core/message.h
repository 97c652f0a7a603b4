// The messages that the driver sends: lines, because some echo servers (the textbook's) answer line
// by line, and each different from those before and beside it, so that a stale or crossed answer
// cannot pass for the right one; and different in every run, so that nobody knows them who has not
// read them.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct messages {
    unsigned char *text; // [count][bytes]
    size_t bytes;        // of each message, its newline included
    size_t count;
};

// Makes messages of this size. Returns 0, or -1 with errno.
int messages_make(struct messages *m, size_t bytes);
void messages_free(struct messages *m);

// The n-th message of a connection. Neighbours in n, and the same n on other connections, get
// different ones as far as the number of messages allows (1,024, fewer where they are large; of
// one-byte messages there is only one).
static inline const unsigned char *message(const struct messages *m, uint32_t connection,
                                           uint64_t n)
{
    return m->text + (connection * UINT64_C(389) + n) % m->count * m->bytes;
}
