#include "servers/core/poison.h"
#include "servers/core/request.h"

#include <err.h>
#include <sys/resource.h>

static void crash(void)
{
    __builtin_trap();
}

// A limit of 0 does not stop a core handler that is a program (core(5)); a limit of 1 byte does,
// and no core file is that small.
static void dump_no_core(void)
{
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) < 0)
        err(1, "getrlimit");
    core.rlim_cur = core.rlim_max < 1 ? core.rlim_max : 1;
    if (setrlimit(RLIMIT_CORE, &core) < 0)
        err(1, "setrlimit");
}

void poison_prepare(const char *word)
{
    if (!*word)
        return;
    dump_no_core();
    requests_do(crash, word);
}
