#include "clients/core/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

// A small number; otherwise connect searches long for a port that is not in TIME-WAIT.
enum { CONNECTIONS_PER_SOURCE = 1000 };

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

const struct sockaddr *net_source(const struct sockaddr *to, uint64_t n)
{
    static struct sockaddr_in from = {.sin_family = AF_INET};
    const struct sockaddr_in *in = (const struct sockaddr_in *)to;
    if (to->sa_family != AF_INET || ntohl(in->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        return NULL;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(n / CONNECTIONS_PER_SOURCE % 250));
    return (const struct sockaddr *)&from;
}
