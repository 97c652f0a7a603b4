// unix_stream: a pair of connected Unix domain stream sockets.
//
// UNPv1 3rd ed. 15.5, APUE 3rd ed. 17.2. One descriptor carries both directions. Each message is
// copied twice, as with pipes, but into a socket buffer that is allocated for it.
#include <sys/socket.h>

#include "bench/micro/socket_pair.h"

static void open_pair(enum traffic traffic)
{
    (void)traffic;
    socket_pair_unix(SOCK_STREAM);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain stream sockets",
    .source = "UNPv1 3rd ed. 15.5; APUE 3rd ed. 17.2",
    .family = STREAM,
    .open = open_pair,
    SOCKET_PAIR,
};
