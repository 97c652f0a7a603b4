#include "bench/base/checksum.h"

#include <stdio.h>
#include <string.h>

// What eight bits make of the register.
static uint32_t shifted(uint32_t crc)
{
    static const uint32_t polynomial = 0xEDB88320; // bits reversed, as the register is
    for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? polynomial : 0);
    return crc;
}

uint32_t crc32(const void *bytes, size_t count)
{
    static uint32_t of_byte[256]; // the last one is 0 until all are known
    uint32_t crc = UINT32_MAX;
    if (!of_byte[255])
        for (uint32_t byte = 0; byte < 256; byte++)
            of_byte[byte] = shifted(byte);
    for (const unsigned char *byte = bytes; count > 0; byte++, count--)
        crc = crc >> 8 ^ of_byte[(crc ^ *byte) & 0xff];
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
