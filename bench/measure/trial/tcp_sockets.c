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

// -1: this kernel does not list its sockets of that family.
static int ask(unsigned char family, unsigned port, bool only_listening)
{
    const struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = family,
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

// The IPv4 address of a socket: of an IPv6 one the address mapped into it, or any for any. False:
// it serves IPv6 alone.
static bool ipv4_of(const struct inet_diag_msg *m, uint32_t *address)
{
    const uint32_t *words = m->id.idiag_src;
    bool is_any = !words[0] && !words[1] && !words[2] && !words[3],
         is_mapped = !words[0] && !words[1] && words[2] == htonl(0xffff);
    if (m->idiag_family == AF_INET)
        *address = ntohl(words[0]);
    else
        *address = is_mapped ? ntohl(words[3]) : INADDR_ANY;
    return m->idiag_family == AF_INET || is_any || is_mapped;
}

struct visit {
    void (*visit)(const struct tcp_socket *, void *);
    void *context;
    bool found_listener;
};

static void visit_one(const struct inet_diag_msg *m, struct visit *v)
{
    struct tcp_socket s = {.listens = m->idiag_state == TCP_LISTEN,
                           .peer_port = ntohs(m->id.idiag_dport),
                           .backlog = m->idiag_state == TCP_LISTEN ? m->idiag_wqueue : 0,
                           .inode = m->idiag_inode};
    if (!ipv4_of(m, &s.address))
        return;
    v->found_listener = v->found_listener || s.listens;
    v->visit(&s, v->context);
}

static bool visit_family(unsigned char family, unsigned port, bool only_listening, struct visit *v)
{
    _Alignas(struct nlmsghdr) char buffer[32768];
    int fd = ask(family, port, only_listening);
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
            visit_one(NLMSG_DATA(h), v);
        }
    }
}

// A server that listens on IPv6, too, has IPv6 sockets only.
bool tcp_sockets_visit(unsigned port, bool only_listening,
                       void (*visit)(const struct tcp_socket *, void *), void *context)
{
    struct visit v = {visit, context, false};
    if (!visit_family(AF_INET, port, only_listening, &v))
        return false;
    if (!v.found_listener)
        visit_family(AF_INET6, port, only_listening, &v);
    return true;
}
