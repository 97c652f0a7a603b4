// Clone VM: the parent accepts and makes a process for every connection; the process shares the
// parent's memory, serves the connection and exits.
//
// clone(2) with CLONE_VM and little else; halfway between a thread and a fork. The child is a
// process with its own descriptors and signals, and it is reaped. But no page table is copied and
// no page is faulted in again. Costs a stack per connection and gives up isolation.
//
// Parent and children share errno, too (there is no public way to give a child its own). This is
// harmless here: children block, so that all their errors but EINTR, which restarting handlers
// prevent, end their connection. If the parent sees a child's error, it only repeats accept.
#include "servers/core/children.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK_BYTES = 65536 };

static size_t guard_bytes; // a page

struct stack {
    unsigned char *memory; // the guard page, then the stack, which grows down towards it
    pid_t user;            // cleared by the kernel when the process using it has ended
};

static struct stack *stacks; // one per possible child, mapped when first needed

// Returns a free stack, the warmest first. NULL, with errno set, if there is no memory.
static struct stack *find_stack(unsigned count)
{
    struct stack *s = stacks;
    while (s < stacks + count - 1 && __atomic_load_n(&s->user, __ATOMIC_ACQUIRE))
        s++; // there is a free one: every reaped child has released its stack
    if (s->memory)
        return s;
    void *memory = mmap(NULL, guard_bytes + STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (mprotect(memory, guard_bytes, PROT_NONE) < 0) {
        munmap(memory, guard_bytes + STACK_BYTES);
        return NULL;
    }
    s->memory = memory;
    return s;
}

static int listen_fd;

static int serve(void *argument)
{
    int connfd = (int)(intptr_t)argument;
    close(listen_fd);
    echo(connfd);
    close(connfd);
    return 0; // ends the process: clone(2) does it
}

static int run(struct server *server)
{
    children_reap();
    guard_bytes = (size_t)sysconf(_SC_PAGESIZE);
    listen_fd = server->listen_fd;
    stacks = calloc(server->max_children, sizeof *stacks);
    if (!stacks)
        err(1, "stacks for %u children", server->max_children);

    int connfd;
    while ((connfd = children_accept(server)) >= 0) {
        struct stack *stack = find_stack(server->max_children);
        pid_t pid = -1;
        if (stack)
            pid = clone(serve, stack->memory + guard_bytes + STACK_BYTES,
                        CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                        (void *)(intptr_t)connfd, &stack->user, NULL, &stack->user);
        if (pid < 0)
            complain(errno, "clone: connection dropped");
        else
            children_count_one();
        close(connfd); // or the connection would never end, and descriptors would run out
    }
    return 0;
}

const struct model model = {
    .summary =
        "a process per connection, sharing the parent's memory: the parent accepts, clones a "
        "child to serve it, and reaps",
    .source = "clone(2)",
    .family = PROCESS,
    .capacity = MANY,
    .shares_memory = true,
    .run = run,
};
