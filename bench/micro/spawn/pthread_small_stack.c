// pthread_small_stack: a thread with the smallest allowed stack, joined.
//
// TLPI 29.8, pthread_attr_setstacksize(3). PTHREAD_STACK_MIN (16 KiB on x86) instead of the usual 8
// MiB. Untouched stack takes no memory, and glibc caches the stacks of ended threads, so it should
// cost as much as pthread; this program checks that.
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/micro/spawn.h"

static const pthread_attr_t *small_stack(void)
{
    static pthread_attr_t attributes;
    static bool ready;

    if (!ready) {
        errno = pthread_attr_init(&attributes);
        if (errno != 0)
            err(EXIT_FAILURE, "pthread_attr_init");
        errno = pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
        if (errno != 0)
            err(EXIT_FAILURE, "pthread_attr_setstacksize");
        ready = true;
    }
    return &attributes;
}

static void *child(void *argument)
{
    return argument;
}

static void run(void)
{
    static char token;
    pthread_t thread;
    void *result;

    errno = pthread_create(&thread, small_stack(), child, &token);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    errno = pthread_join(thread, &result);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    if (result != &token)
        errx(EXIT_FAILURE, "the thread returned a wrong value");
}

const struct spawn spawn = {
    .summary = "a thread with the smallest stack, which shares everything with its creator",
    .source = "TLPI 29.8; pthread_attr_setstacksize(3)",
    .family = THREAD,
    .run = run,
};
