// scm_rights: a pair of Unix domain stream sockets, with a descriptor in each message.
//
// UNPv1 3rd ed. 15.7, TLPI 61.13.3. There is one descriptor, of a small file in memory, and it goes
// to and fro: who sends it closes it, so that only the one whose turn it is has it. What this costs
// more than unix_stream is, twice per round trip, to pass a descriptor, to install it, to close it,
// and an fstat() by which the receiver makes sure that it is the right one.
//
// A descriptor under way goes with the last process that has the socket.
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/core/ipc.h"

static int ends[ROLES];
static int end;
static int passed; // the descriptor, while it is here
static ino_t passed_inode;

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
};

static void open_pair(void)
{
    struct stat file;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        err(EXIT_FAILURE, "socketpair");
    passed = memfd_create("forklore", 0);
    if (passed < 0 || fstat(passed, &file) < 0)
        err(EXIT_FAILURE, "memfd_create");
    passed_inode = file.st_ino;
}

// The other's end is closed, or a reader would never see the end of file when the other dies. The
// peer has the descriptor only when it is sent.
static void take_end(enum role self)
{
    enum role other = self == INITIATOR ? PEER : INITIATOR;

    end = ends[self];
    close(ends[other]);
    if (self == PEER)
        close(passed);
}

// The kernel may take only a part of the bytes, but takes the descriptor with the first of them.
static void send_message(const void *message, size_t bytes)
{
    struct iovec data = {.iov_base = (void *)message, .iov_len = bytes};
    union control control = {.bytes = {0}};
    struct msghdr header = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t sent;

    control.aligned.cmsg_level = SOL_SOCKET;
    control.aligned.cmsg_type = SCM_RIGHTS;
    control.aligned.cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(&control.aligned), &passed, sizeof passed);
    while ((sent = sendmsg(end, &header, 0)) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "sendmsg");
    close(passed);
    write_all(end, (const char *)message + sent, bytes - (size_t)sent);
}

static void take_descriptor(struct msghdr *header)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(header);
    struct stat file;

    if (control == NULL || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(sizeof passed))
        errx(EXIT_FAILURE, "a message came without a descriptor");
    memcpy(&passed, CMSG_DATA(control), sizeof passed);
    if (fstat(passed, &file) < 0)
        err(EXIT_FAILURE, "fstat");
    if (file.st_ino != passed_inode)
        errx(EXIT_FAILURE, "another descriptor came back than was sent");
}

// The descriptor comes with the first bytes, which may be fewer than all.
static void receive_message(void *message, size_t bytes)
{
    struct iovec data = {.iov_base = message, .iov_len = bytes};
    union control control;
    struct msghdr header = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t got;

    while ((got = recvmsg(end, &header, 0)) < 0)
        if (errno != EINTR)
            err(EXIT_FAILURE, "recvmsg");
    if (got == 0)
        errx(EXIT_FAILURE, "the other process has closed its end");
    take_descriptor(&header);
    read_all(end, (char *)message + got, bytes - (size_t)got);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain stream sockets, with a descriptor passed in each message",
    .source = "UNPv1 3rd ed. 15.7; TLPI 61.13.3",
    .family = STREAM,
    .open = open_pair,
    .take = take_end,
    .send = send_message,
    .receive = receive_message,
};
