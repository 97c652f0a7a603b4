#include "bench/micro/spawn_clone.h"
#include "bench/micro/spawn.h"

#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK_BYTES = 64 * 1024 };

// Returns the top of a stack with a guard page. One stack is enough: a child ends before the next
// one starts.
static char *map_stack(void)
{
    size_t guard_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *bottom = mmap(NULL, guard_bytes + STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (bottom == MAP_FAILED)
        err(EXIT_FAILURE, "mmap of a stack");
    if (mprotect(bottom, guard_bytes, PROT_NONE) < 0)
        err(EXIT_FAILURE, "mprotect of the guard page");
    return bottom + guard_bytes + STACK_BYTES;
}

// Without CLONE_SETTLS, errno and all thread state of libc belong to the parent, which is using
// them. Nothing from libc may be called here, not even _exit(): clone()'s wrapper makes the bare
// exit system call with the return value.
static int child(void *unused)
{
    (void)unused;
    return CHILD_STATUS;
}

void clone_and_reap(int flags)
{
    static char *stack_top;

    if (stack_top == NULL)
        stack_top = map_stack();

    pid_t pid = clone(child, stack_top, CLONE_VM | flags | SIGCHLD, NULL);

    if (pid < 0)
        err(EXIT_FAILURE, "clone");
    reap(pid);
}
