// A lock on an open file (flock), and its current holder if it is taken.
#pragma once

#include <stdbool.h>

enum { HOLDER_BYTES = 512 };

// False if another process holds it: holder then describes its process id, command and running
// time, as far as /proc shows them.
bool lock_take(int fd, char holder[HOLDER_BYTES]);
