// unix_seqpacket: a pair of connected Unix domain sequenced-packet sockets.
//
// TLPI 61.13.5, unix(7). Connected and with an end of file like unix_stream, with whole messages
// like unix_dgram, and with the datagrams' path through the kernel.
#include <err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

static int ends[ROLES];
static _Thread_local int end;

static void open_pair(enum traffic traffic)
{
    (void)traffic;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0)
        err(EXIT_FAILURE, "socketpair");
}

static void take_end(enum role self)
{
    end = ends[self];
}

// Otherwise a reader would never see the end of file when the other end dies.
static void close_end(enum role other)
{
    close(ends[other]);
}

static void send_message(const void *message, size_t bytes)
{
    write_all(end, message, bytes);
}

static void receive_message(void *message, size_t bytes)
{
    read_all(end, message, bytes);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain sequenced-packet sockets",
    .source = "TLPI 61.13.5; unix(7)",
    .family = MESSAGE,
    .open = open_pair,
    .take = take_end,
    .let_go = close_end,
    .send = send_message,
    .receive = receive_message,
};
