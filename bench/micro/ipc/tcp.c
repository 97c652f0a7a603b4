// tcp: a TCP connection over the loopback interface.
//
// UNPv1 3rd ed. ch. 4, 7.9. One descriptor carries both directions. Besides the two copies, each
// message goes down the protocol stack, as segments with checksums and acknowledgements, and up
// again. TCP_NODELAY: otherwise Nagle's algorithm may delay a message until the previous one is
// acknowledged.
//
// The end that closes first would stay in TIME_WAIT for a minute. The initiator's close is a reset
// (SO_LINGER with no time): it ends that state at the peer and has none itself. It comes after
// everything is read.
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/micro/socket_pair.h"

// Any program can connect to the port: check that the accepted connection is ours.
static void accept_own(int listener)
{
    struct sockaddr_in accepted = {0}, own = {0};
    socklen_t accepted_bytes = sizeof accepted, own_bytes = sizeof own;

    socket_pair_ends[PEER] = accept(listener, (struct sockaddr *)&accepted, &accepted_bytes);
    if (socket_pair_ends[PEER] < 0)
        err(EXIT_FAILURE, "accept");
    if (getsockname(socket_pair_ends[INITIATOR], (struct sockaddr *)&own, &own_bytes) < 0)
        err(EXIT_FAILURE, "getsockname");
    if (accepted.sin_port != own.sin_port)
        errx(EXIT_FAILURE, "another program has connected to this port");
}

static void open_connection(enum traffic traffic)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; // any port
    socklen_t address_bytes = sizeof address;
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    const int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    socket_pair_ends[INITIATOR] = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || socket_pair_ends[INITIATOR] < 0)
        err(EXIT_FAILURE, "socket");
    (void)traffic;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &address_bytes) < 0)
        err(EXIT_FAILURE, "listening on a port of 127.0.0.1");
    if (connect(socket_pair_ends[INITIATOR], (struct sockaddr *)&address, sizeof address) < 0)
        err(EXIT_FAILURE, "connect");
    accept_own(listener);
    close(listener);

    if (setsockopt(socket_pair_ends[INITIATOR], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        setsockopt(socket_pair_ends[PEER], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        setsockopt(socket_pair_ends[INITIATOR], SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0)
        err(EXIT_FAILURE, "setsockopt");
}

const struct ipc ipc = {
    .summary = "one TCP connection over loopback, with TCP_NODELAY",
    .source = "UNPv1 3rd ed. ch. 4, 7.9",
    .family = STREAM,
    .open = open_connection,
    SOCKET_PAIR,
};
