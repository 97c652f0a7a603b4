// A row that bears a checksum: its last cell is the CRC-32 of everything before that cell's tab, in
// eight hexadecimal digits. So a row that was torn, or changed by hand, is known for it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECKSUM_COLUMN "crc32" // the last, of a table whose rows bear one

// CRC-32 as in IEEE 802.3, gzip and zlib.
uint32_t crc32(const void *bytes, size_t count);

// Whether a row of this length, without its newline, bears its own checksum.
bool has_its_checksum(const char *row, size_t length);
