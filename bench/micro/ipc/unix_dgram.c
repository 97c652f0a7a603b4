// unix_dgram: a pair of connected Unix domain datagram sockets.
//
// UNPv1 3rd ed. 15.6, TLPI 57.3. Like unix_stream, but each message is one datagram: it arrives
// whole, in one socket buffer of any length, and unlike in UDP it is neither lost nor reordered.
// There is no end of file: only ipc_run.c tells a reader that the other end has died.
#include <sys/socket.h>

#include "bench/micro/socket_pair.h"

static void open_pair(enum traffic traffic)
{
    (void)traffic;
    socket_pair_unix(SOCK_DGRAM);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain datagram sockets",
    .source = "UNPv1 3rd ed. 15.6; TLPI 57.3",
    .family = MESSAGE,
    .open = open_pair,
    SOCKET_PAIR,
};
