#include "bench/base/family.h"

#include <string.h>

bool family_is_foreign(const char *family)
{
    return strncmp(family, "foreign", strlen("foreign")) == 0;
}

bool family_competes(const char *family)
{
    return strcmp(family, "iterative") != 0 && strcmp(family, "peer") != 0 &&
           !family_is_foreign(family);
}
