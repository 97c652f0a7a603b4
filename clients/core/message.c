#include "clients/core/message.h"

#include <stdlib.h>
#include <sys/random.h>

enum { MESSAGES = 1024, TEXT_BYTES_AT_MOST = 32 << 20 };

int messages_make(struct messages *m, size_t bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t fit = TEXT_BYTES_AT_MOST / bytes;
    m->bytes = bytes;
    m->count = fit >= MESSAGES ? MESSAGES : fit >= 4 ? fit : 4;
    m->text = malloc(m->count * bytes);
    if (!m->text)
        return -1;
    unsigned short state[3];
    if (getrandom(state, sizeof state, 0) != sizeof state)
        return -1;
    for (size_t i = 0; i < m->count; i++) {
        unsigned char *text = m->text + i * bytes;
        for (size_t j = 0; j + 1 < bytes;
             j++) // the first two letters number the messages, so that all differ
            text[j] = (unsigned char)alphabet[j == 0   ? i % 64
                                              : j == 1 ? i / 64 % 64
                                                       : (size_t)nrand48(state) >> 12 & 63];
        text[bytes - 1] = '\n';
    }
    return 0;
}

void messages_free(struct messages *m)
{
    free(m->text);
}
