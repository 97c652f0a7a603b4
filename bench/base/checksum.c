#include "bench/base/checksum.h"

#include <stdio.h>
#include <string.h>

uint32_t crc32(const void *bytes, size_t count)
{
    static const uint32_t polynomial = 0xEDB88320; // bits reversed, as the register is
    uint32_t crc = UINT32_MAX;
    for (const unsigned char *byte = bytes; count > 0; byte++, count--) {
        crc ^= *byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    }
    return ~crc;
}

bool has_its_checksum(const char *row, size_t length)
{
    enum { DIGITS = 8 };
    char digits[DIGITS + 1];
    if (length <= DIGITS || row[length - DIGITS - 1] != '\t')
        return false;
    snprintf(digits, sizeof digits, "%08x", crc32(row, length - DIGITS - 1));
    return memcmp(row + length - DIGITS, digits, DIGITS) == 0;
}
