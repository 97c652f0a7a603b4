// Passing a descriptor to another process through a Unix socket (unix(7), SCM_RIGHTS).
#pragma once

#include <stdbool.h>

// Sends fd, with one byte, through the channel. False, and errno, if it cannot.
bool descriptor_pass(int channel, int fd);

// Takes the next descriptor out of the channel, close-on-exec; -1: there was no room for one more.
// False: the other end is closed.
bool descriptor_take(int channel, int *fd);
