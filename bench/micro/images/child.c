// The smallest possible program to load: it exits like every child of bench/micro/spawn/.
#include "bench/micro/spawn.h"

int main(void)
{
    return CHILD_STATUS;
}
