#include "bench/base/number.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

double number_real(const char *text, const char *what, double least, double most)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= least && value <= most))
        errx(2, "%s is a number from %.15g to %.15g, not '%s'", what, least, most, text);
    return value;
}

// Digits alone: strtoul() would also take blanks, a sign and trailing text.
unsigned long number_whole(const char *text, const char *what, unsigned long least,
                           unsigned long most)
{
    errno = 0;
    unsigned long value = strtoul(text, NULL, 10);
    if (!*text || text[strspn(text, "0123456789")] || errno || value < least || value > most)
        errx(2, "%s is a number from %lu to %lu, not '%s'", what, least, most, text);
    return value;
}
