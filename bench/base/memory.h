// Allocation that cannot fail: out of memory, the program ends with status 1 and one line.
#pragma once

#include <stddef.h>

// Memory for n entries (n may be 0), all zero.
void *memory_for(size_t n, size_t bytes);

// Makes room for one more entry, all zero, after the first `count` of a list. The list was made by
// this function, or is NULL and empty.
void *memory_one_more(void *list, size_t count, size_t bytes);
