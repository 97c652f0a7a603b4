#include "bench/base/names.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

bool is_listed(const char *name, const char *list)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || isspace((unsigned char)at[-1])) &&
            (!at[length] || isspace((unsigned char)at[length])))
            return true;
    return false;
}

void check_names(const char *asked, const char *there_are, const char *what)
{
    char *names = strdup(asked ? asked : ""), *rest = names, *name;
    if (!names)
        err(1, "names");
    while ((name = strsep(&rest, " \t\n")))
        if (*name && !is_listed(name, there_are))
            errx(2, "no %s is called '%s'", what, name);
    free(names);
}

const char *word_of(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The edit-distance table of both words, row by row.
size_t edit_distance(const char *a, const char *b)
{
    enum { LETTERS = 63 };
    size_t rows[3][LETTERS + 1], length = strnlen(b, LETTERS);
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t k = 0; k <= length; k++)
        row[k] = k;
    for (size_t i = 1; i <= strnlen(a, LETTERS); i++) {
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = i;
        for (size_t k = 1; k <= length; k++) {
            row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return row[length];
}
