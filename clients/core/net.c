#include "clients/core/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

int net_socket(const struct sockaddr *from, socklen_t length, int family, int type)
{
    int on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | type, 0);
    if (fd < 0)
        return -errno;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
        (!from || (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) == 0 &&
                   bind(fd, from, length) == 0)))
        return fd;
    int problem = errno;
    close(fd);
    return -problem;
}
