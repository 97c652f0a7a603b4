#include "bench/measure/trial/read_until.h"

#include "clients/core/clock.h"

#include <poll.h>
#include <unistd.h>

static int ms_until(uint64_t until_ns)
{
    uint64_t left_ns = ns_until(until_ns);
    return left_ns == 0 ? 0 : (int)(left_ns / 1000000 + 1);
}

static bool is_readable(int fd, uint64_t until_ns)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    return poll(&readable, 1, ms_until(until_ns)) > 0;
}

bool read_line(int fd, char *line, size_t bytes, uint64_t until_ns)
{
    for (size_t length = 0; length + 1 < bytes; length++) {
        if (!is_readable(fd, until_ns) || read(fd, line + length, 1) != 1)
            return false;
        if (line[length] == '\n') {
            line[length] = '\0';
            return true;
        }
    }
    return false;
}

void read_to_end(int fd, char *text, size_t bytes, uint64_t until_ns)
{
    size_t length = 0;
    ssize_t n = 1;
    while (n > 0 && length + 1 < bytes && is_readable(fd, until_ns)) {
        n = read(fd, text + length, bytes - length - 1);
        length += n > 0 ? (size_t)n : 0;
    }
    text[length] = '\0';
}
