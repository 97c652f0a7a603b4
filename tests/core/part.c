#include "tests/core/part.h"

#include <cmocka.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

size_t choose_tests(struct CMUnitTest *tests, size_t n, const char *argument)
{
    unsigned part, parts;
    char more;
    bool is_part = sscanf(argument, "%u/%u%c", &part, &parts, &more) == 2 && parts > 0;
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        bool chosen =
            is_part ? i % parts == part % parts : fnmatch(argument, tests[i].name, 0) == 0;
        if (chosen)
            tests[left++] = tests[i];
        else
            free((char *)tests[i].name);
    }
    return left;
}
