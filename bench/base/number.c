#include "bench/base/number.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool is_real(const char *text, double least, double most, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && *value >= least && *value <= most;
}

// Digits only: strtoul() would also accept blanks, a sign and trailing text.
bool is_whole(const char *text, unsigned long least, unsigned long most, unsigned long *value)
{
    errno = 0;
    *value = strtoul(text, NULL, 10);
    return *text && !text[strspn(text, "0123456789")] && !errno && *value >= least &&
           *value <= most;
}

double number_real(const char *text, const char *what, double least, double most)
{
    double value;
    if (!is_real(text, least, most, &value))
        errx(2, "%s must be a number from %.15g to %.15g, not '%s'", what, least, most, text);
    return value;
}

unsigned long number_whole(const char *text, const char *what, unsigned long least,
                           unsigned long most)
{
    unsigned long value;
    if (!is_whole(text, least, most, &value))
        errx(2, "%s must be a number from %lu to %lu, not '%s'", what, least, most, text);
    return value;
}
