// unix_seqpacket: a pair of connected Unix domain sequenced-packet sockets.
//
// TLPI 61.13.5, unix(7). Connected and with an end of file like unix_stream, with whole messages
// like unix_dgram, and with the datagrams' path through the kernel.
#include <sys/socket.h>

#include "bench/micro/socket_pair.h"

static void open_pair(enum traffic traffic)
{
    (void)traffic;
    socket_pair_unix(SOCK_SEQPACKET);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain sequenced-packet sockets",
    .source = "TLPI 61.13.5; unix(7)",
    .family = MESSAGE,
    .open = open_pair,
    SOCKET_PAIR,
};
