// clone(CLONE_VM | CLONE_FILES): a process in the parent's memory that also shares its descriptors.
//
// TLPI 28.2, clone(2). Beside clone_vm it shows what copying the descriptor table costs: next to
// nothing in a small parent, more with each descriptor that is open.
#include <sched.h>

#include "bench/micro/spawn.h"
#include "bench/micro/spawn_clone.h"

static void run(void)
{
    clone_and_reap(CLONE_FILES);
}

const struct spawn spawn = {
    .summary = "a process in the parent's memory and with its table of descriptors, on a stack of "
               "its own; the parent runs on",
    .source = "TLPI 28.2 and 28.3; clone(2)",
    .family = PROCESS,
    .run = run,
};
