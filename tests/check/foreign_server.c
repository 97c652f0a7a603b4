#include "tests/check/foreign_server.h"

#include "bench/measure/foreign.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/server.h"
#include "tests/core/census.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_CHILDREN = 256, MOST_DESCRIPTORS = 65536 };

static struct setting setting;
static struct server server;

static void make_setting(void)
{
    setting.log_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (setting.log_fd < 0 ||
        sched_getaffinity(0, sizeof setting.server_cpus, &setting.server_cpus) < 0)
        err(1, "the setting of a server");
}

// What it printed may hold anything.
static void make_one_line(char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            *text = ' ';
}

bool foreign_server_start(const char *conf, struct foreign_server *s, char *seen, size_t bytes)
{
    struct measurement m;
    measurement_reset(&m);
    make_setting();
    bool is_started = server_start(&setting, FOREIGN_LAUNCHER, conf, &server, &m);
    sscanf(server.address, "%*[^:]:%u", &s->port);
    s->pid = server.pid;
    if (is_started)
        return true;
    measurement_explain(&m, foreign_server_stop());
    make_one_line(m.status);
    snprintf(seen, bytes, "%s", m.status);
    return false;
}

const char *foreign_server_sudden_end(bool is_told)
{
    static char text[128];
    siginfo_t info = {0};
    if (watch_has_killed(server.watch))
        return "it forks without end";
    if (is_told || waitid(P_PID, (id_t)server.pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
        info.si_pid != server.pid)
        return NULL;
    bool is_exit = info.si_code == CLD_EXITED;
    // One that goes into the background may do so just after it was seen to listen.
    snprintf(text, sizeof text, "it ended by itself, with %s %d%s",
             is_exit ? "exit status" : "signal", info.si_status,
             is_exit && info.si_status == 0 ? ", and does not stay in the foreground" : "");
    return text;
}

const char *foreign_server_stop(void)
{
    struct measurement unused;
    measurement_reset(&unused);
    kill(-server.pid, SIGKILL);
    server_stop(&setting, &server, &unused);
    make_one_line(server.last_words);
    return server.last_words;
}

static rlim_t highest_descriptor(pid_t pid)
{
    char path[64];
    rlim_t highest = 0;
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_NOFILE, NULL, &limit) < 0 || limit.rlim_cur > MOST_DESCRIPTORS)
        limit.rlim_cur = MOST_DESCRIPTORS;
    for (rlim_t fd = 0; fd < limit.rlim_cur; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%lu", (int)pid, (unsigned long)fd);
        if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            highest = fd;
    }
    return highest;
}

bool foreign_server_limit_descriptors(pid_t pid, unsigned spare)
{
    pid_t children[MOST_CHILDREN];
    rlim_t files = highest_descriptor(pid) + 1 + spare;
    if (prlimit(pid, RLIMIT_NOFILE, &(struct rlimit){files, files}, NULL) < 0 && errno != ESRCH)
        return false;
    size_t n = children_of(pid, children, MOST_CHILDREN);
    for (size_t i = 0; i < n && i < MOST_CHILDREN; i++)
        if (!foreign_server_limit_descriptors(children[i], spare))
            return false;
    return true;
}
