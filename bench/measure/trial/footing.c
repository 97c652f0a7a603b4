#include "bench/measure/trial/footing.h"

#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOKS_AT_MOST = 64 };

struct footing footing_unknown(void)
{
    return (struct footing){.backlog = NAN};
}

void footing_add_listener(struct footing *f, unsigned backlog)
{
    f->backlog = fmin(f->backlog, backlog);
}

void footing_look(struct footing *f, pid_t pid, int fd)
{
    int on = 0;
    socklen_t length = sizeof on;
    if (f->looked >= LOOKS_AT_MOST)
        return;
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
    if (copy >= 0 && getsockopt(copy, IPPROTO_TCP, TCP_NODELAY, &on, &length) == 0) {
        f->looked++;
        f->nodelay += on != 0;
    }
    if (copy >= 0)
        close(copy);
    if (process >= 0)
        close(process);
}

// The kernel cuts what a server asks for. NAN: not known.
static double backlog_of_suite(void)
{
    unsigned most = 0;
    FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
    bool is_read = file && fscanf(file, "%u", &most) == 1;
    if (file)
        fclose(file);
    return is_read ? fmin(most, SOMAXCONN) : NAN;
}

void footing_tell(const struct footing *f, bool is_of_suite, struct measurement *m)
{
    double expected = backlog_of_suite();
    m->values[METRIC_backlog] = f->backlog;
    if (f->looked > 0)
        m->values[METRIC_nodelay] = (double)f->nodelay / f->looked;
    if (is_of_suite && f->backlog < expected)
        measurement_fault(m, "the server's backlog is %g, not %g as the others'", f->backlog,
                          expected);
    if (is_of_suite && f->nodelay < f->looked)
        measurement_fault(m, "%u of %u connections are without TCP_NODELAY", f->looked - f->nodelay,
                          f->looked);
}
