// clone(CLONE_VM): a process in the parent's memory, on a stack of its own, beside the running
// parent.
//
// TLPI 28.2, clone(2). The rung between a thread and fork: a pid, descriptors and signals of its
// own, but no address space. Nothing is copied but the descriptor table, so the cost does not grow
// with the memory of the parent.
#include <err.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/core/spawn.h"

enum { STACK_BYTES = 64 * 1024 };

// Returns the top of a stack that faults when it overflows. One serves all: a child has ended
// before the next starts.
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

// Without CLONE_SETTLS errno and all of libc's thread state are the parent's, which is using them:
// nothing from libc may be called here, not even _exit(). clone()'s wrapper makes the bare exit
// system call with what is returned.
static int child(void *unused)
{
    (void)unused;
    return CHILD_STATUS;
}

static void run(void)
{
    static char *stack_top;

    if (stack_top == NULL)
        stack_top = map_stack();

    pid_t pid = clone(child, stack_top, CLONE_VM | SIGCHLD, NULL);

    if (pid < 0)
        err(EXIT_FAILURE, "clone");
    reap(pid);
}

const struct spawn spawn = {
    .summary = "a process in the parent's memory on a stack of its own; the parent runs on",
    .source = "TLPI 28.2 and 28.3; clone(2)",
    .family = PROCESS,
    .run = run,
};
