// The smallest program that there is to load: it ends as every child of bench/spawn/ does.
#include "bench/core/spawn/spawn.h"

int main(void)
{
    return CHILD_STATUS;
}
