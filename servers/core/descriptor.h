// Passing a descriptor to another process through a Unix socket (unix(7), SCM_RIGHTS).
#pragma once

#include <stdbool.h>

// Sends fd, with one byte, through the channel. False, with errno set, on failure.
bool descriptor_pass(int channel, int fd);

// Receives the next descriptor from the channel, close-on-exec; -1 if the descriptor table was
// full. False if the other end is closed.
bool descriptor_take(int channel, int *fd);
