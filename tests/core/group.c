#include "tests/core/group.h"

#include "bench/measure/trial/process.h"
#include "tests/core/failure.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

struct living {
    pid_t group;
    unsigned in_group, elsewhere;
};

static void count(const struct process_ids *ids, void *context)
{
    struct living *living = context;
    if (ids->state == 'Z')
        return;
    if (ids->group == living->group)
        living->in_group++;
    else
        living->elsewhere += process_is_orphan(ids);
}

static struct living living_of(pid_t group)
{
    struct living living = {.group = group};
    process_visit(count, &living);
    return living;
}

static bool is_ended(const void *server)
{
    const struct server_process *s = server;
    struct living living = living_of(s->pid);
    return living.in_group + living.elsewhere == 0 && port_refuses(s->port);
}

void group_is_ended(struct server_process *s, pid_t to, int signal_number)
{
    struct server_process ending = *s;
    s->pid = 0; // that it has ended is no fault any more
    if (kill(to, signal_number) < 0)
        fail_because("kill: %s", strerror(errno));
    if (within(STOP_LIMIT_MS, is_ended, &ending))
        return;
    struct living living = living_of(ending.pid);
    if (living.in_group + living.elsewhere == 0)
        fail_because("nothing of it runs, and its port still accepts connections");
    fail_because("after %d s only SIGKILL ended %u of its processes%s", STOP_LIMIT_MS / 1000,
                 living.in_group + living.elsewhere,
                 living.in_group == 0 ? ", outside of its process group" : "");
}
