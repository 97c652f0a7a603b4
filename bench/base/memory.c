#include "bench/base/memory.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

void *memory_for(size_t n, size_t bytes)
{
    void *memory = calloc(n > 0 ? n : 1, bytes);
    if (!memory)
        err(1, "cannot allocate %zu times %zu bytes", n, bytes);
    return memory;
}

void *memory_one_more(void *list, size_t count, size_t bytes)
{
    if ((count & (count - 1)) == 0) // it is full: double it
        list = reallocarray(list, count > 0 ? 2 * count : 1, bytes);
    if (!list)
        err(1, "cannot allocate %zu times %zu bytes", count + 1, bytes);
    memset((char *)list + count * bytes, 0, bytes);
    return list;
}
