// pthread: a thread with the default attributes, joined.
//
// APUE 3rd ed. 11.4 and 11.5, TLPI 29.3 and 29.6. It shares everything with its creator. glibc
// caches the stacks of ended threads, so from the second thread on the cost does not include
// mapping a stack.
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "bench/micro/spawn.h"

static void *child(void *argument)
{
    return argument;
}

static void run(void)
{
    static char token;
    pthread_t thread;
    void *result;

    errno = pthread_create(&thread, NULL, child, &token);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_create");
    errno = pthread_join(thread, &result);
    if (errno != 0)
        err(EXIT_FAILURE, "pthread_join");
    if (result != &token)
        errx(EXIT_FAILURE, "the thread returned a wrong value");
}

const struct spawn spawn = {
    .summary = "a thread with default attributes, which shares everything with its creator",
    .source = "APUE 3rd ed. 11.4; TLPI 29.3 and 28.3",
    .family = THREAD,
    .run = run,
};
