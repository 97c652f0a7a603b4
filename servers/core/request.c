#include "servers/core/request.h"

#include <string.h>

void (*request_action)(void);

void requests_act(const unsigned char *bytes, size_t n)
{
    const unsigned char *end = bytes + n;
    while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        bytes++;
        request_action();
    }
}
