// pipe: one pipe per direction.
//
// UNPv2 4.3, APUE 3rd ed. 15.2. Each message is copied twice, into the kernel and out of it; a
// write wakes the reader.
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

static int pipes[ROLES][2];
static _Thread_local int in, out;

static void open_pipes(enum traffic traffic)
{
    (void)traffic;
    if (pipe(pipes[INITIATOR]) < 0 || pipe(pipes[PEER]) < 0)
        err(EXIT_FAILURE, "pipe");
}

static void take_ends(enum role self)
{
    in = pipes[opposite(self)][0];
    out = pipes[self][1];
}

// Otherwise a reader would never see the end of file when the other end dies.
static void close_ends(enum role other)
{
    close(pipes[other][1]);
    close(pipes[opposite(other)][0]);
}

static void send_message(const void *message, size_t bytes)
{
    write_all(out, message, bytes);
}

static void receive_message(void *message, size_t bytes)
{
    read_all(in, message, bytes);
}

const struct ipc ipc = {
    .summary = "two pipes, one per direction",
    .source = "UNPv2 4.3; APUE 3rd ed. 15.2",
    .family = STREAM,
    .open = open_pipes,
    .take = take_ends,
    .let_go = close_ends,
    .send = send_message,
    .receive = receive_message,
};
