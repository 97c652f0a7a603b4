// scm_rights: a pair of Unix domain stream sockets, with a descriptor in each message.
//
// UNPv1 3rd ed. 15.7, TLPI 61.13.3. There is one descriptor, of a small file in memory, and it goes
// back and forth: the sender closes it, so that only one end has it at a time. Compared with
// unix_stream, each message also passes, installs and closes a descriptor, and the receiver checks
// it with fstat(). In a stream the sender keeps the descriptor to send it again, and the receiver
// closes one when the next one arrives.
//
// A descriptor in flight disappears with the last process that has the socket. RLIMIT_NOFILE limits
// the number in flight, for all processes of a user: the usual 1024 are more than a socket buffer
// holds.
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/micro/ipc.h"

enum { EXIT_SKIP = 77 };

static int ends[ROLES];
static int file; // as opened
static ino_t file_inode;
static bool keeps; // the sender keeps the descriptor
static _Thread_local int end;
static _Thread_local int passed; // the descriptor, while it is here, or -1

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr aligned;
};

static void open_pair(enum traffic traffic)
{
    struct stat status;

    keeps = traffic == ONE_WAY;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        err(EXIT_FAILURE, "socketpair");
    file = memfd_create("forklore", 0);
    if (file < 0 || fstat(file, &status) < 0)
        err(EXIT_FAILURE, "memfd_create");
    file_inode = status.st_ino;
}

// The peer has the descriptor only after it is sent.
static void take_end(enum role self)
{
    end = ends[self];
    passed = self == INITIATOR ? file : -1;
}

// Otherwise a reader would never see the end of file when the other end dies.
static void close_other(enum role other)
{
    close(ends[other]);
    if (other == INITIATOR)
        close(file);
}

static void close_passed(void)
{
    close(passed);
    passed = -1;
}

// The kernel may accept only part of the bytes, but takes the descriptor with the first of them.
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
            err(errno == ETOOMANYREFS ? EXIT_SKIP : EXIT_FAILURE, "sendmsg");
    if (!keeps)
        close_passed();
    write_all(end, (const char *)message + sent, bytes - (size_t)sent);
}

static void take_descriptor(struct msghdr *header)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(header);
    struct stat status;

    if (control == NULL || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS ||
        control->cmsg_len != CMSG_LEN(sizeof passed))
        errx(EXIT_FAILURE, "received a message without a descriptor");
    if (passed >= 0)
        close_passed();
    memcpy(&passed, CMSG_DATA(control), sizeof passed);
    if (fstat(passed, &status) < 0)
        err(EXIT_FAILURE, "fstat");
    if (status.st_ino != file_inode)
        errx(EXIT_FAILURE, "received the wrong descriptor");
}

// The descriptor comes with the first bytes, which may not be all.
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
        errx(EXIT_FAILURE, "the other end is closed");
    take_descriptor(&header);
    read_all(end, (char *)message + got, bytes - (size_t)got);
}

const struct ipc ipc = {
    .summary = "one pair of Unix domain stream sockets, with a descriptor passed in each message",
    .source = "UNPv1 3rd ed. 15.7; TLPI 61.13.3",
    .family = STREAM,
    .open = open_pair,
    .take = take_end,
    .let_go = close_other,
    .send = send_message,
    .receive = receive_message,
};
