// clone(CLONE_VM): a process in the parent's memory, on a stack of its own, beside the running
// parent.
//
// TLPI 28.2, clone(2). The rung between a thread and fork: a pid, descriptors and signals of its
// own, but no address space. Nothing is copied but the descriptor table, so the cost does not grow
// with the memory of the parent.
#include "bench/micro/spawn.h"
#include "bench/micro/spawn_clone.h"

static void run(void)
{
    clone_and_reap(0);
}

const struct spawn spawn = {
    .summary = "a process in the parent's memory on a stack of its own; the parent runs on",
    .source = "TLPI 28.2 and 28.3; clone(2)",
    .family = PROCESS,
    .run = run,
};
