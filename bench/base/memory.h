// Memory that is there: where there is none, the program ends with status 1 and one line.
#pragma once

#include <stddef.h>

// For n entries, also none, all zero.
void *memory_for(size_t n, size_t bytes);

// Room for one more entry, all zero, behind the count that a list has; it was made by this, or is
// NULL and empty.
void *memory_one_more(void *list, size_t count, size_t bytes);
