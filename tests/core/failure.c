#include "tests/core/failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

void fail_at(const char *file, int line, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vprint_error(format, values);
    va_end(values);
    print_error("\n");
    _fail(file, line);
    abort(); // _fail() has left the test
}
