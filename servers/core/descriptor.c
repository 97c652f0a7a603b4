#include "servers/core/descriptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control { // control data of a message with one descriptor, aligned
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

bool descriptor_pass(int channel, int fd)
{
    char byte = 0;
    struct iovec data = {&byte, 1};
    union control control = {.header = {CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS}};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    ssize_t sent;
    do
        sent = sendmsg(channel, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == 1;
}

bool descriptor_take(int channel, int *fd)
{
    char byte;
    struct iovec data = {&byte, 1};
    union control control;
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t received;
    do
        received = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    while (received < 0); // errors are transient, or end in 0: the other end is closed
    *fd = -1;
    if (received == 1 && CMSG_FIRSTHDR(&message))
        memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof *fd);
    return received == 1;
}
