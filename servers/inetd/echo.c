// What fork_exec executes for each connection, as inetd would: a program that finds its client in
// descriptor 0 and knows nothing of listening. Its arguments say what requests do besides being
// echoed: what --work and --poison say of the server.
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
