// Rows with a checksum: the last cell is the CRC-32 of everything before that cell's tab, in eight
// hexadecimal digits. It detects rows that were torn or edited.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECKSUM_COLUMN "crc32" // the last column of a table whose rows have checksums

// CRC-32 as in IEEE 802.3, gzip and zlib.
uint32_t crc32(const void *bytes, size_t count);

// Whether a row of this length, without its newline, has the right checksum.
bool has_its_checksum(const char *row, size_t length);
