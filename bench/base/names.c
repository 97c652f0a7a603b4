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
