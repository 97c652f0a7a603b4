#include "clients/core/net.h"

#include <err.h>
#include <string.h>

const struct net *net_named(const char *name)
{
    static const struct net *const nets[] = {&net_epoll, &net_io_uring, &net_threads};
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
        if (strcmp(name, nets[i]->name) == 0)
            return nets[i];
    return NULL;
}

void net_open(const struct net *net, unsigned slots)
{
    const char *reason = net->open(slots);
    if (reason)
        errx(77, "%s: %s", net->name, reason);
}
