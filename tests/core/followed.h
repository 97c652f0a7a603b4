// What a sanitizer can follow of the programs that make processes and threads.
#pragma once

#include <stdbool.h>

// Whether this build's can follow the program, which describes itself; says so if it cannot.
bool can_be_followed(const char *path);

// Whether a description (--describe) is that of a pool, and of threads or of processes.
bool is_pool_of_threads(const char *description);
bool is_pool_of_processes(const char *description);
