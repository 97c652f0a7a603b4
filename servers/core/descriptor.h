// Passing a descriptor to another process through a Unix socket (unix(7), SCM_RIGHTS).
#pragma once

#include <stdbool.h>

// Sends fd, with one byte, through the channel. False, and errno, if it cannot.
bool descriptor_pass(int channel, int fd);

// The next descriptor out of the channel, close-on-exec; or -1: the other end is closed, or there
// is no room for one more.
int descriptor_take(int channel);
