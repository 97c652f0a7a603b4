// A fresh server with idle connections: how much memory they take.
//
// The memory is read twice: before the first connection, and when all connections have been served
// once and are silent. The difference, divided by their number, is the memory per connection; the
// start-up memory of server and clients cancels out.
//
// The processes' own memory is the sum of PSS over the server's process tree. The kernel's memory
// is that of the whole machine, so it includes the client's ends of the connections; they are the
// same for every server. It also includes whatever else creates processes or sockets meanwhile. PSS
// is read after the kernel's memory, because reading it uses kernel memory; for the same reason
// both are first read once without using the result.
#include "bench/measure/trial/background.h"
#include "bench/measure/trial/kernel_memory.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/server.h"
#include "bench/measure/trial/trial_type.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

struct memory {
    struct kernel_memory kernel;
    double pss_kib;
};

static struct memory look(const struct server *server)
{
    static const struct timespec rest = {.tv_nsec = 30000000}; // freed memory is returned late
    struct memory memory;
    nanosleep(&rest, NULL);
    memory.kernel = kernel_memory_now();
    memory.pss_kib = process_group_pss_kib(server->pid);
    return memory;
}

static void subtract(const struct memory *before, const struct memory *after, double *f)
{
    const struct kernel_memory *b = &before->kernel, *a = &after->kernel;
    double held = f[METRIC_background_ready];
    f[METRIC_held] = held;
    f[METRIC_pss_kib_per_connection] = (after->pss_kib - before->pss_kib) / held;
    f[METRIC_page_tables_kib_per_connection] = (a->page_tables_kib - b->page_tables_kib) / held;
    f[METRIC_kernel_stack_kib_per_connection] = (a->stacks_kib - b->stacks_kib) / held;
    f[METRIC_slab_kib_per_connection] = (a->slab_kib - b->slab_kib) / held;
    f[METRIC_kernel_kib_per_connection] = (kernel_memory_kib(a) - kernel_memory_kib(b)) / held;
    f[METRIC_memory_kib_per_connection] =
        f[METRIC_pss_kib_per_connection] + f[METRIC_kernel_kib_per_connection];
}

static void measure(const struct trial *t, struct measurement *m)
{
    struct server server = {0};
    struct background background = {0};
    const struct load held = {.background = t->load.connections, .behaviour = "idle"};
    if (server_start(t->setting, t->program, t->arguments, &server, m)) {
        background_start(t->setting, &server, &held, &background, m);
        look(&server);
        struct memory before = look(&server);
        background_gather(&background, m);
        struct memory after = look(&server);
        if (isnan(before.pss_kib + after.pss_kib))
            measurement_fault(m, "kcmp is not allowed here, so shared memory cannot be recognized");
        subtract(&before, &after, m->values);
        background_end(&background, m);
    }
    server_stop(t->setting, &server, m);
    measurement_explain(m, server.last_words);
}

TRIAL_TYPE(.name = "hold", .serves = true, .measure = measure);
