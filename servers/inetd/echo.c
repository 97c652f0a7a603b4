// The program that fork_exec executes for each connection, like inetd. It finds its client in
// descriptor 0 and contains no listening code. Its arguments are the server's --work and --poison.
#include "servers/core/echo.h"
#include "servers/core/poison.h"
#include "servers/core/work.h"

#include <unistd.h>

int main(int argc, char **argv)
{
    work_prepare(argc > 1 ? argv[1] : "");
    poison_prepare(argc > 2 ? argv[2] : "");
    echo(STDIN_FILENO);
    return 0;
}
