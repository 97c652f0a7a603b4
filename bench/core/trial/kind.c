#include "bench/core/trial/kind.h"

#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The linker's names for the two ends of the section that KIND adds to.
extern const struct kind *const __start_kinds[];
extern const struct kind *const __stop_kinds[];

const struct kind *kind_named(const char *name)
{
    size_t count =
        ((uintptr_t)__stop_kinds - (uintptr_t)__start_kinds) / sizeof(const struct kind *);
    for (size_t i = 0; i < count; i++)
        if (strcmp(__start_kinds[i]->name, name) == 0)
            return __start_kinds[i];
    errx(1, "there is no kind of trial called '%s'", name);
}
