#include "servers/core/chunk.h"

#ifdef HAS_LIBURING
#include <err.h>
#include <liburing.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// One cache line apart: at multiples of the page size all buffers would compete for the same cache
// sets.
enum { STRIDE_BYTES = ECHO_BUFFER_BYTES + 64 };

static struct io_uring_buf_ring *buffer_ring;
static struct chunk provided[PROVIDED_BUFFERS];
static int released; // and not yet provided again

static void release_buffer(struct chunk *chunk)
{
    io_uring_buf_ring_add(buffer_ring, chunk->data, ECHO_BUFFER_BYTES,
                          (unsigned short)(chunk - provided),
                          io_uring_buf_ring_mask(PROVIDED_BUFFERS), released++);
}

void buffers_recycle(void)
{
    if (released)
        io_uring_buf_ring_advance(buffer_ring, released);
    released = 0;
}

void buffers_provide(struct io_uring *ring)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned char *data =
        mmap(NULL, (size_t)PROVIDED_BUFFERS * STRIDE_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    buffer_ring = mmap(NULL, PROVIDED_BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                       flags, -1, 0);
    if (data == MAP_FAILED || buffer_ring == MAP_FAILED)
        err(1, "mmap");
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)buffer_ring,
                                            .ring_entries = PROVIDED_BUFFERS,
                                            .bgid = BUFFER_GROUP};
    io_uring_buf_ring_init(buffer_ring);
    int problem = io_uring_register_buf_ring(ring, &registration, 0);
    if (problem < 0)
        errx(1, "io_uring_register_buf_ring: %s", strerror(-problem));
    for (size_t i = 0; i < PROVIDED_BUFFERS; i++) {
        provided[i].data = data + i * STRIDE_BYTES;
        release_buffer(&provided[i]);
    }
    buffers_recycle();
}

struct chunk *chunk_received(unsigned number, size_t bytes)
{
    provided[number].bytes = bytes;
    return &provided[number];
}

void chunk_release(struct chunk *chunk)
{
    chunk->is_unused = chunk->sends > 0;
    if (chunk->is_unused)
        return;
    if (chunk->heap)
        free(chunk->heap);
    else
        release_buffer(chunk);
}

void chunk_sent(struct chunk *chunk)
{
    chunk->sends--;
    if (chunk->is_unused)
        chunk_release(chunk);
}

struct chunk *chunk_move_to_heap(struct chunk *chunk)
{
    struct chunk *copy = malloc(sizeof *copy + chunk->bytes);
    if (copy) {
        *copy = (struct chunk){
            .bytes = chunk->bytes, .data = (unsigned char *)(copy + 1), .heap = copy};
        memcpy(copy->data, chunk->data, chunk->bytes);
    }
    chunk_release(chunk);
    return copy;
}

void chunk_append(struct chunk_queue *queue, struct chunk *chunk)
{
    chunk->next = NULL;
    if (queue->first)
        queue->last->next = chunk;
    else
        queue->first = chunk;
    queue->last = chunk;
}

struct chunk *chunk_take_first(struct chunk_queue *queue)
{
    struct chunk *chunk = queue->first;
    queue->first = chunk->next;
    return chunk;
}
#endif
