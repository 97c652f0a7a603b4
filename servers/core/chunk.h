// Received data on its way back, for a completion loop. The loop provides buffers to the kernel,
// which picks one when data arrives (io_uring provided buffers). An idle connection therefore holds
// no buffer.
#pragma once

#include "servers/core/echo.h"

#include <stdbool.h>

struct io_uring;

enum { PROVIDED_BUFFERS = 256, BUFFER_GROUP = 0 };

// Data received and not yet sent back. It stays in its provided buffer. If the peer is slow to
// read, the data moves to the heap, so that slow peers cannot hold all buffers.
struct chunk {
    struct chunk *next;
    size_t bytes;
    unsigned char *data;
    void *heap;     // what to free, or NULL: the data is in a provided buffer
    void *sender;   // of zero-copy sends, for the loop
    unsigned sends; // zero-copy sends that the kernel still reads the data for
    bool is_unused; // released, apart from these
};

struct chunk_queue {
    struct chunk *first, *last;
};

// Provides all buffers to a ring, as group BUFFER_GROUP. On failure: message and exit status 1.
void buffers_provide(struct io_uring *ring);

// The data that the kernel has put into this buffer.
struct chunk *chunk_received(unsigned number, size_t bytes);

// Frees the memory, or marks the buffer for the next buffers_recycle(); after the last zero-copy
// send, if there are any.
void chunk_release(struct chunk *chunk);

// The kernel no longer reads the data for one of its zero-copy sends.
void chunk_sent(struct chunk *chunk);

// Provides all released buffers again, in one step.
void buffers_recycle(void);

// Moves the data to the heap and releases the original. NULL if out of memory.
struct chunk *chunk_move_to_heap(struct chunk *chunk);

void chunk_append(struct chunk_queue *queue, struct chunk *chunk);
struct chunk *chunk_take_first(struct chunk_queue *queue);
