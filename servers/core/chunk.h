// Received bytes on their way back, for a completion loop: it receives into buffers that are lent
// to the kernel, which picks one when there is something to put into it, so that an idle connection
// holds none.
#pragma once

#include "servers/core/echo.h"

#include <liburing.h>

enum { LENT_BUFFERS = 256, LENT_GROUP = 0 };

// Bytes received and not yet sent back: in a buffer that was lent, or, once the peer is slow to
// take them, copied to the heap, so that slow peers cannot keep the lent buffers from the others.
struct chunk {
    struct chunk *next;
    size_t bytes;
    unsigned char *data;
    void *heap; // what to free, or NULL: the buffer is lent
};

struct chunk_queue {
    struct chunk *first, *last;
};

// Lends all buffers to a ring, as group LENT_GROUP. Fails with a message and exit status 1.
void chunks_lend(struct io_uring *ring);

// The buffer with this number, back from the kernel with so many bytes.
struct chunk *chunk_received(unsigned number, size_t bytes);

// Done with it: the memory is freed, or the buffer lent again by the next chunks_return().
void chunk_release(struct chunk *chunk);

// Lends all released buffers again, in one step.
void chunks_return(void);

// A copy on the heap, the original is released. NULL if there is no memory.
struct chunk *chunk_keep(struct chunk *chunk);

void chunk_append(struct chunk_queue *queue, struct chunk *chunk);
struct chunk *chunk_take_first(struct chunk_queue *queue);
