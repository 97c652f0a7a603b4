// clone(CLONE_VM): a process in the parent's memory, on its own stack, beside the running parent.
//
// TLPI 28.2, clone(2). Halfway between a thread and fork: its own pid, descriptors and signals, but
// no address space. Only the descriptor table is copied, so the cost does not grow with the memory
// of the parent.
#include "bench/micro/spawn.h"
#include "bench/micro/spawn_clone.h"

static void run(void)
{
    clone_and_reap(0);
}

const struct spawn spawn = {
    .summary =
        "a process that shares the parent's memory, on its own stack; the parent keeps running",
    .source = "TLPI 28.2 and 28.3; clone(2)",
    .family = PROCESS,
    .run = run,
};
