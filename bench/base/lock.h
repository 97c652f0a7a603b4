// A lock on an open file (flock), and who holds it if one cannot have it.
#pragma once

#include <stdbool.h>

enum { HOLDER_BYTES = 512 };

// False if another process holds it: holder then becomes its number, its command and since when it
// has been running, as far as /proc says so.
bool lock_take(int fd, char holder[HOLDER_BYTES]);
