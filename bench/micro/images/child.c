// The smallest program that there is to load: it ends as every child of bench/micro/spawn/ does.
#include "bench/micro/spawn.h"

int main(void)
{
    return CHILD_STATUS;
}
