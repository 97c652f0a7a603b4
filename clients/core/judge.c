#include "clients/core/judge.h"

#include "clients/core/kernel_count.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct dropped dropped_until_now(void)
{
    return (struct dropped){kernel_count_connection_table(), kernel_count_accept_queue()};
}

// What failures mean for the server's owner; NULL: the failure says it itself.
static const char *meaning(const struct outcome *o, const struct dropped *before)
{
    struct dropped now = dropped_until_now();
    bool may_be_dropped = o->failures[TIMEOUT] || o->failures[CONNECT_FAILED] || o->failures[RESET];
    if (may_be_dropped && now.connection_table > before->connection_table)
        return "the kernel's connection table is full: raise nf_conntrack_max";
    if (may_be_dropped && now.accept_queue > before->accept_queue)
        return "an accept queue overflowed: the server accepts too slowly, or its backlog or "
               "net.core.somaxconn is small";
    switch (o->last_errno) {
    case ECONNREFUSED:
        return "nothing listens there, or no longer";
    case ECONNRESET:
        return "the server closed connections before it had read all, or ended";
    default:
        return NULL;
    }
}

int judge(const char *target, const struct outcome *o, const struct dropped *before)
{
    uint64_t failed = o->unsent + outcome_failures(o);
    if (!failed)
        return 0;
    char detail[256];
    const char *means = meaning(o, before);
    snprintf(detail, sizeof detail, "%s%s%s",
             o->last_errno          ? strerror(o->last_errno)
             : o->failures[TIMEOUT] ? "no answer in time"
                                    : "see above",
             means ? "; " : "", means ? means : "");
    if (!o->echoes_total)
        warnx("%s: no echo came back (%s)", target, detail);
    else
        warnx("%s: %" PRIu64 " failures and %" PRIu64 " echoes (%s)", target, failed,
              o->echoes_total, detail);
    return 1;
}
