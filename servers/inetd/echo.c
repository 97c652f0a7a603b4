// What fork_exec executes for each connection, as inetd would: a program that finds its client in
// descriptor 0 and knows nothing of listening.
#include "servers/core/echo.h"

#include <unistd.h>

int main(void)
{
    echo(STDIN_FILENO);
    return 0;
}
