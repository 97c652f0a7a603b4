// Reading what another program says, for a limited time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads up to a newline into line (without it), until_ns at most. False at end of file, or if none
// comes in time. Reads single bytes, so as not to consume what follows the line: for short lines.
bool read_line(int fd, char *line, size_t bytes, uint64_t until_ns);

// Reads all that comes up to the end, until_ns at most, as far as there is room; the text ends with
// a zero.
void read_to_end(int fd, char *text, size_t bytes, uint64_t until_ns);
