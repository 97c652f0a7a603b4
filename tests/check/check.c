// check: tries a server that is known only by its port on the hazards of the contract test that
// apply to it, one line each (make check).
#include "bench/base/usage.h"
#include "bench/measure/foreign.h"
#include "clients/core/clock.h"
#include "tests/check/attempt.h"
#include "tests/core/client.h"

#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    CHECK_S = 170 * SLOWNESS, // the whole, whatever the server does
    ATTEMPT_S = 40 * SLOWNESS // of a slow machine with other work
};

static const uint64_t second_ns = 1000000000;

static bool is_wanted(const struct hazard *h, char *const *names)
{
    bool found = !*names;
    for (; *names && !found; names++)
        found = strcmp(*names, h->name) == 0;
    return h->by_port && found;
}

static void check_names(char *const *names)
{
    for (; *names; names++) {
        size_t i = 0;
        while (i < hazard_count && !is_wanted(&hazards[i], (char *const[]){*names, NULL}))
            i++;
        if (i == hazard_count)
            errx(2, "no hazard '%s'; without names, all are tried and listed", *names);
    }
}

static void check_command(const char *command)
{
    if (!strstr(command, "{port}"))
        errx(2, "no {port} in '%s'; it stands for the port to listen on", command);
    if (strchr(command, '\n'))
        errx(2, "a command of several lines");
    if (access(FOREIGN_LAUNCHER, X_OK) < 0)
        err(1, FOREIGN_LAUNCHER);
}

// In memory, so that no file is left whatever happens. Its path stands until the check ends.
static const char *conf_of(const char *command)
{
    static char path[64];
    int fd = memfd_create("mine.conf", MFD_CLOEXEC);
    if (fd < 0 || dprintf(fd, "run %s\n", command) < 0)
        err(1, "the server's conf");
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    return path;
}

static void print_line(const struct hazard *h, const struct finding *finding)
{
    static const char *const words[] = {"passed", "failed", "skipped"};
    printf("%-7s  %s: %c%s.", words[finding->outcome], h->name, toupper((unsigned char)*h->by_port),
           h->by_port + 1);
    if (finding->outcome != PASSED)
        printf(" %s: %s", finding->outcome == FAILED ? "Seen" : "Reason", finding->seen);
    printf("\n");
    if (fflush(stdout) == EOF)
        err(1, "standard output");
}

static struct finding attempt_in_time(const char *conf, const struct hazard *h, uint64_t until_ns)
{
    uint64_t most_ns = now_ns() + ATTEMPT_S * second_ns;
    struct finding late = {.outcome = FAILED, .seen = "not tried, for the time is used up"};
    if (now_ns() >= until_ns)
        return late;
    return attempt(conf, h, most_ns < until_ns ? most_ns : until_ns);
}

int main(int argc, char **argv)
{
    unsigned count[3] = {0};
    uint64_t until_ns = now_ns() + CHECK_S * second_ns;
    struct rlimit files;
    usage_check(argc, argv, 1, INT_MAX, "check './mine {port}' [HAZARD...]",
                "Tries an echo server on hazards, one line each.");
    check_command(argv[1]);
    check_names(argv + 2);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) { // clients need descriptors, too
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    const char *conf = conf_of(argv[1]);
    struct finding start = attempt_in_time(conf, NULL, until_ns);
    if (start.answers_lines) {
        client_sends_lines = true;
        start = attempt_in_time(conf, NULL, until_ns);
    }
    if (start.outcome != PASSED)
        errx(1, "%s: %s", argv[1], start.seen);
    if (client_sends_lines)
        printf("It answers whole lines, so it is sent text, in lines of 64 bytes.\n");
    for (size_t i = 0; i < hazard_count; i++) {
        if (!is_wanted(&hazards[i], argv + 2))
            continue;
        struct finding finding = attempt_in_time(conf, &hazards[i], until_ns);
        print_line(&hazards[i], &finding);
        count[finding.outcome]++;
    }
    printf("%u passed, %u failed, %u skipped\n", count[PASSED], count[FAILED], count[SKIPPED]);
    return fflush(stdout) == EOF || count[FAILED] > 0;
}
