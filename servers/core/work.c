#include "servers/core/work.h"
#include "servers/core/request.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

enum { US_AT_MOST = 10000000 };

static uint64_t work_ns;

static uint64_t read_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// CPU time never runs ahead of elapsed time. So the remaining CPU time is spun on the elapsed
// clock, which needs no system call; more is missing afterwards only if something else used the
// CPU.
static void spin(void)
{
    uint64_t end_ns = read_ns(CLOCK_THREAD_CPUTIME_ID) + work_ns, used_ns;
    while ((used_ns = read_ns(CLOCK_THREAD_CPUTIME_ID)) < end_ns) {
        uint64_t until_ns = read_ns(CLOCK_MONOTONIC) + (end_ns - used_ns);
        while (read_ns(CLOCK_MONOTONIC) < until_ns)
            ;
    }
}

static void wait_awhile(void)
{
    uint64_t end_ns = read_ns(CLOCK_MONOTONIC) + work_ns;
    struct timespec end = {(time_t)(end_ns / 1000000000), (long)(end_ns % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        ;
}

void work_prepare(const char *text)
{
    bool spins = strncmp(text, "spin:", 5) == 0, sleeps = strncmp(text, "sleep:", 6) == 0;
    const char *us = strchr(text, ':');
    char *end = NULL;
    if (!*text)
        return;
    unsigned long value = us && isdigit((unsigned char)us[1]) ? strtoul(us + 1, &end, 10) : 0;
    if (!(spins || sleeps) || !end || (*end && *end != ':') || value > US_AT_MOST)
        errx(2,
             "--work must be spin:US or sleep:US, optionally with :WORD, US from 0 to %d, not '%s'",
             US_AT_MOST, text);
    work_ns = value * 1000;
    if (sleeps && prctl(PR_SET_TIMERSLACK, 1) < 0) // threads and processes inherit it
        err(1, "prctl");
    if (value > 0 || *end)
        requests_do(spins ? spin : wait_awhile, *end ? end + 1 : NULL);
}
