#include "bench/base/usage.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void usage_check(int argc, char *const *argv, int least, int most, const char *usage,
                 const char *purpose)
{
    const char *first = argc > 1 ? argv[1] : "";
    bool asks_for_help = argc == 2 && strcmp(first, "--help") == 0;
    bool asks_for_version = argc == 2 && strcmp(first, "--version") == 0;
    if (asks_for_help)
        printf("Usage: %s\n%s\n", usage, purpose);
    if (asks_for_version)
        puts("forklore " VERSION);
    if (asks_for_help || asks_for_version)
        exit(fflush(stdout) == EOF);
    bool is_wrong = argc - 1 < least || argc - 1 > most || *first == '-';
    for (int i = 1; i <= least && !is_wrong; i++)
        is_wrong = !*argv[i];
    if (is_wrong)
        errx(2, "usage: %s", usage);
}
