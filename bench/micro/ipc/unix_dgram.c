// unix_dgram: a pair of connected Unix domain datagram sockets.
//
// UNPv1 3rd ed. 15.6, TLPI 57.3. Like unix_stream, but each message is one datagram: it arrives
// whole, in one socket buffer of any length, and unlike in UDP it is neither lost nor reordered.
// There is no end of file: only ipc_run.c tells a reader that the other end has died.
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
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        err(EXIT_FAILURE, "socketpair");
}

static void take_end(enum role self)
{
    end = ends[self];
}

// Otherwise a writer would never see an error when the other end dies.
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
    .summary = "one pair of Unix domain datagram sockets",
    .source = "UNPv1 3rd ed. 15.6; TLPI 57.3",
    .family = MESSAGE,
    .open = open_pair,
    .take = take_end,
    .let_go = close_end,
    .send = send_message,
    .receive = receive_message,
};
