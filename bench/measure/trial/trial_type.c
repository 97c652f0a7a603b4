#include "bench/measure/trial/trial_type.h"

#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The linker's symbols for the start and end of the section that TRIAL_TYPE adds to.
extern const struct trial_type *const __start_trial_types[];
extern const struct trial_type *const __stop_trial_types[];

const struct trial_type *trial_type_named(const char *name)
{
    size_t count = ((uintptr_t)__stop_trial_types - (uintptr_t)__start_trial_types) /
                   sizeof(const struct trial_type *);
    for (size_t i = 0; i < count; i++)
        if (strcmp(__start_trial_types[i]->name, name) == 0)
            return __start_trial_types[i];
    errx(1, "unknown trial type '%s'", name);
}
