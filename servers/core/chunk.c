#include "servers/core/chunk.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// A cache line apart: at a multiple of the page size all of them would compete for the same few
// places in the caches.
enum { STRIDE_BYTES = ECHO_BUFFER_BYTES + 64 };

static struct io_uring_buf_ring *lent_ring;
static struct chunk lent[LENT_BUFFERS];
static int released; // and not yet lent again

static void release_lent(struct chunk *chunk)
{
    io_uring_buf_ring_add(lent_ring, chunk->data, ECHO_BUFFER_BYTES, (unsigned short)(chunk - lent),
                          io_uring_buf_ring_mask(LENT_BUFFERS), released++);
}

void chunks_return(void)
{
    if (released)
        io_uring_buf_ring_advance(lent_ring, released);
    released = 0;
}

void chunks_lend(struct io_uring *ring)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned char *data =
        mmap(NULL, (size_t)LENT_BUFFERS * STRIDE_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    lent_ring = mmap(NULL, LENT_BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                     flags, -1, 0);
    if (data == MAP_FAILED || lent_ring == MAP_FAILED)
        err(1, "mmap");
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)lent_ring, .ring_entries = LENT_BUFFERS, .bgid = LENT_GROUP};
    io_uring_buf_ring_init(lent_ring);
    int problem = io_uring_register_buf_ring(ring, &registration, 0);
    if (problem < 0)
        errx(1, "io_uring_register_buf_ring: %s", strerror(-problem));
    for (size_t i = 0; i < LENT_BUFFERS; i++) {
        lent[i].data = data + i * STRIDE_BYTES;
        release_lent(&lent[i]);
    }
    chunks_return();
}

struct chunk *chunk_received(unsigned number, size_t bytes)
{
    lent[number].bytes = bytes;
    return &lent[number];
}

void chunk_release(struct chunk *chunk)
{
    if (chunk->heap)
        free(chunk->heap);
    else
        release_lent(chunk);
}

struct chunk *chunk_keep(struct chunk *chunk)
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
