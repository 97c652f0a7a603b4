// clone(CLONE_VM | CLONE_FILES): a process in the parent's memory that also shares its descriptors.
//
// TLPI 28.2, clone(2). Compared with clone_vm it shows the cost of copying the descriptor table:
// almost nothing in a small parent, more with each open descriptor.
#include <sched.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_clone.h"

static void run(void)
{
    clone_and_reap(CLONE_FILES);
}

const struct spawn spawn = {
    .summary =
        "a process that shares the parent's memory and descriptor table, on its own stack; the "
        "parent keeps running",
    .source = "TLPI 28.2 and 28.3; clone(2)",
    .family = PROCESS,
    .run = run,
};
