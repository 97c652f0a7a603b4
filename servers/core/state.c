#include "servers/core/state.h"
#include "servers/core/model.h"
#include "servers/core/request.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// The linker's symbols for the start and end of the section that STATE_MECHANISM adds to.
extern const struct state_mechanism *const __start_state_mechanisms[];
extern const struct state_mechanism *const __stop_state_mechanisms[];

static const struct state_mechanism *chosen;

static size_t mechanisms(void)
{
    return ((uintptr_t)__stop_state_mechanisms - (uintptr_t)__start_state_mechanisms) /
           sizeof *__start_state_mechanisms;
}

struct state *state_map(int flags)
{
    struct state *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        err(1, "mmap");
    return s;
}

uint64_t state_sum(const struct state *s)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < STATE_ENTRIES; i++)
        sum += __atomic_load_n(&s->table[i], __ATOMIC_RELAXED);
    return sum;
}

void state_choose(const char *name)
{
    for (size_t i = 0; i < mechanisms(); i++) {
        chosen = __start_state_mechanisms[i];
        if (strcmp(chosen->name, name) == 0)
            return;
    }
    fprintf(stderr, "%s: unknown mechanism '%s'; known:", program_invocation_short_name, name);
    for (size_t i = 0; i < mechanisms(); i++)
        fprintf(stderr, " %s", __start_state_mechanisms[i]->name);
    fputc('\n', stderr);
    exit(2);
}

static enum sharers sharers(void)
{
    if (has_threads())
        return THREADS;
    if (model.shares_memory)
        return PROCESSES_SHARING_MEMORY;
    return model.family == PROCESS || model.workers != NO_POOL ? PROCESSES : ONE_THREAD;
}

const char *state_unsupported(void)
{
    static char reason[160];
    if (!chosen)
        return NULL;
    if (model.executes)
        return "shared state does not survive exec";
    if (!(chosen->suits & sharers())) {
        snprintf(reason, sizeof reason, "the mechanism is for %s", chosen->is_for);
        return reason;
    }
    return chosen->unsupported ? chosen->unsupported() : NULL;
}

static void add_one(void)
{
    chosen->add();
}

void state_prepare(void)
{
    if (!chosen)
        return;
    chosen->prepare();
    requests_do(add_one, NULL);
}

// Threads may still be between the two additions: retry for a while.
static bool agrees(const struct state *s, uint64_t *counted)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    for (int looks = 0; looks < 100; looks++) {
        *counted = __atomic_load_n(&s->counter, __ATOMIC_RELAXED);
        if (state_sum(s) == *counted)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static int compare(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

// The count of each worker, in ascending order; workers that never served have 0.
static void print_by_worker(const struct state *s, unsigned workers)
{
    uint64_t counts[STATE_ENTRIES];
    size_t n = __atomic_load_n(&s->workers, __ATOMIC_RELAXED);
    n = n > workers ? n : workers;
    n = n < STATE_ENTRIES ? n : STATE_ENTRIES;
    for (size_t i = 0; i < STATE_ENTRIES; i++) // threads may still be running
        counts[i] = __atomic_load_n(&s->table[i], __ATOMIC_RELAXED);
    qsort(counts, n, sizeof *counts, compare);
    printf("state %s by worker", chosen->name);
    for (size_t i = 0; i < n; i++)
        printf(" %" PRIu64, counts[i]);
    putchar('\n');
}

bool state_end(unsigned workers)
{
    uint64_t counted;
    if (!chosen)
        return true;
    const struct state *s = chosen->end();
    if (!s) {
        warnx("the shared state is lost");
        return false;
    }
    bool right = agrees(s, &counted);
    printf("state %s counted %" PRIu64 "\n", chosen->name, counted);
    if (chosen->by_worker)
        print_by_worker(s, workers);
    if (fflush(stdout) == EOF) {
        warn("standard output");
        return false;
    }
    if (!right)
        warnx("the table's sum is %" PRIu64 ", not %" PRIu64, state_sum(s), counted);
    return right;
}
