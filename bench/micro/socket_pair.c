#include "bench/micro/socket_pair.h"

#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int socket_pair_ends[ROLES];
static _Thread_local int end;

void socket_pair_unix(int type)
{
    if (socketpair(AF_UNIX, type, 0, socket_pair_ends) < 0)
        err(EXIT_FAILURE, "socketpair");
}

void socket_pair_take(enum role self)
{
    end = socket_pair_ends[self];
}

void socket_pair_let_go(enum role other)
{
    close(socket_pair_ends[other]);
}

void socket_pair_send(const void *message, size_t bytes)
{
    write_all(end, message, bytes);
}

void socket_pair_receive(void *message, size_t bytes)
{
    read_all(end, message, bytes);
}
