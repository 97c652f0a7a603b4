// fifo: one FIFO, a pipe with a name, per direction.
//
// UNPv2 4.6, APUE 3rd ed. 15.5. The name lets unrelated processes meet. Once both ends are open the
// name no longer matters, and a message costs as much as through a pipe.
//
// So the name exists only from mkfifo() to the unlink() right after both ends are open. If SIGKILL
// hits between these calls, an empty /tmp/forklore-fifo-PID remains.
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

static int fifos[ROLES][2];
static _Thread_local int in, out;

// A blocking open would wait for the other end, which this process opens itself. So the first open
// is non-blocking, and the reading end is set to blocking afterwards.
static void open_fifo(int ends[2])
{
    char path[64];

    snprintf(path, sizeof path, "/tmp/forklore-fifo-%d", (int)getpid());
    if (mkfifo(path, 0600) < 0)
        err(EXIT_FAILURE, "mkfifo %s", path);
    ends[0] = open(path, O_RDONLY | O_NONBLOCK);
    ends[1] = ends[0] < 0 ? -1 : open(path, O_WRONLY);
    if (unlink(path) < 0)
        err(EXIT_FAILURE, "unlink %s", path);
    if (ends[0] < 0 || ends[1] < 0 || fcntl(ends[0], F_SETFL, 0) < 0)
        err(EXIT_FAILURE, "open %s", path);
}

static void open_fifos(enum traffic traffic)
{
    (void)traffic;
    open_fifo(fifos[INITIATOR]);
    open_fifo(fifos[PEER]);
}

static void take_ends(enum role self)
{
    in = fifos[opposite(self)][0];
    out = fifos[self][1];
}

// Otherwise a reader would never see the end of file when the other end dies.
static void close_ends(enum role other)
{
    close(fifos[other][1]);
    close(fifos[opposite(other)][0]);
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
    .summary = "two FIFOs, one per direction",
    .source = "UNPv2 4.6; APUE 3rd ed. 15.5",
    .family = STREAM,
    .open = open_fifos,
    .take = take_ends,
    .let_go = close_ends,
    .send = send_message,
    .receive = receive_message,
};
