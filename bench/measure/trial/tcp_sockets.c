#include "bench/measure/trial/tcp_sockets.h"

#include <arpa/inet.h>
#include <err.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LIMIT_S = 10 };

// -1: this kernel does not list its sockets.
static int ask(unsigned port, bool only_listening)
{
    const struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = AF_INET,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = only_listening ? 1u << TCP_LISTEN : ~(1u << TCP_TIME_WAIT),
                    .id.idiag_sport = htons((uint16_t)port)},
    };
    const struct timeval limit = {.tv_sec = LIMIT_S};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        send(fd, &question, sizeof question, 0) == (ssize_t)sizeof question)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool tcp_sockets_visit(unsigned port, bool only_listening,
                       void (*visit)(const struct tcp_socket *, void *), void *context)
{
    _Alignas(struct nlmsghdr) char buffer[32768];
    int fd = ask(port, only_listening);
    if (fd < 0)
        return false;
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            err(1, "sock_diag");
        size_t left = (size_t)n;
        for (const struct nlmsghdr *h = (const struct nlmsghdr *)buffer; NLMSG_OK(h, left);
             h = NLMSG_NEXT(h, left)) {
            if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY) {
                close(fd);
                return h->nlmsg_type == NLMSG_DONE;
            }
            const struct inet_diag_msg *m = NLMSG_DATA(h);
            const struct tcp_socket s = {m->idiag_state == TCP_LISTEN, ntohl(m->id.idiag_src[0]),
                                         ntohs(m->id.idiag_dport), m->idiag_inode};
            visit(&s, context);
        }
    }
}
