#include "tests/core/server_process.h"
#include "clients/core/clock.h"
#include "tests/core/census.h"
#include "tests/core/failure.h"
#include "tests/core/group.h"
#include "tests/core/sysv.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_CHILDREN = 4096, MOST_ARGUMENTS = 16 };

bool within(int limit_ms, bool (*holds)(const void *), const void *argument)
{
    static const struct timespec step = {.tv_nsec = 1000000};
    uint64_t end_ns = now_ns() + (uint64_t)limit_ms * 1000000;
    while (!holds(argument)) {
        if (ns_until(end_ns) == 0)
            return holds(argument);
        nanosleep(&step, NULL);
    }
    return true;
}

// ---- starting and stopping ----

static void check_no_leaks(void)
{
    static char variable[512];
    const char *options = getenv("ASAN_OPTIONS");
    snprintf(variable, sizeof variable, "ASAN_OPTIONS=%s:detect_leaks=0", options ? options : "");
    putenv(variable);
}

// Only what may follow fork: the test's own state is not touched.
static _Noreturn void become(const struct server_process *s, const char *path,
                             char *const *arguments, int out, rlim_t files, pid_t test)
{
    struct rlimit limit = {files, files};
    if (s->traced || files) // LeakSanitizer needs descriptors at the end
        check_no_leaks();
    if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == test &&
        dup2(out, STDOUT_FILENO) >= 0 && dup2(s->err, STDERR_FILENO) >= 0 &&
        (!files || setrlimit(RLIMIT_NOFILE, &limit) == 0) && (!s->held || raise(SIGSTOP) == 0))
        execv(path, arguments);
    dprintf(STDERR_FILENO, "%s: %s\n", path, strerror(errno));
    _exit(127);
}

void server_process_start(struct server_process *s, const char *path, const char *const *arguments,
                          rlim_t files)
{
    char *all[MOST_ARGUMENTS + 2] = {(char *)path};
    for (size_t i = 0; arguments[i]; i++) {
        require(i < MOST_ARGUMENTS);
        all[i + 1] = (char *)arguments[i];
    }
    int ends[2];
    snprintf(s->name, sizeof s->name, "%s", basename(path));
    s->err = memfd_create("stderr", MFD_CLOEXEC);
    if (s->err < 0 || pipe2(ends, O_CLOEXEC) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        fail_because("cannot prepare a child: %s", strerror(errno));
    pid_t test = getpid();
    s->out = ends[0];
    s->pid = fork();
    if (s->pid == 0)
        become(s, path, all, ends[1], files, test);
    close(ends[1]);
    if (s->pid < 0) {
        s->pid = 0;
        fail_because("fork: %s", strerror(errno));
    }
    setpgid(s->pid, s->pid); // in both, whoever comes first; fails here once it has called exec
}

char *process_output(const struct server_process *s, char *text, size_t bytes)
{
    struct pollfd p = {.fd = s->out, .events = POLLIN};
    ssize_t n = poll(&p, 1, 0) > 0 ? read(s->out, text, bytes - 1) : 0;
    text[n > 0 ? n : 0] = '\0';
    return text;
}

char *process_errors(const struct server_process *s, char *text, size_t bytes)
{
    ssize_t n = pread(s->err, text, bytes - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

void process_listens(struct server_process *s)
{
    char text[512];
    struct pollfd p = {.fd = s->out, .events = POLLIN};
    int n = poll(&p, 1, START_LIMIT_MS), length = 0;
    if (n <= 0)
        fail_because("prints nothing");
    process_output(s, text, sizeof text);
    if (sscanf(text, "listening on 127.0.0.1:%u%n", &s->port, &length) != 1 ||
        strcmp(text + length, "\n") != 0)
        fail_because("says '%s' instead of listening on 127.0.0.1; errors: '%s'", text,
                     process_errors(s, (char[512]){0}, 512));
}

struct ending {
    pid_t pid;
    int *status;
};

static bool has_ended(const void *argument)
{
    const struct ending *e = argument;
    return waitpid(e->pid, e->status, WNOHANG) == e->pid;
}

int server_process_wait(struct server_process *s, int limit_ms)
{
    int status;
    struct ending ending = {s->pid, &status};
    if (!within(limit_ms, has_ended, &ending))
        fail_because("still runs after %d ms", limit_ms);
    s->pid = 0;
    return status;
}

bool no_orphans(void)
{
    pid_t pid;
    do
        pid = waitpid(-1, NULL, WNOHANG);
    while (pid > 0);
    return pid < 0 && errno == ECHILD;
}

// From another address than the port's, or the kernel might connect the socket to itself.
bool port_refuses(unsigned port)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) < 0)
        fail_because("cannot try the port: %s", strerror(errno));
    bool refused = connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

// What ld.so says for a program that a server executes and that could not be loaded.
static const char not_loaded[] = ": error while loading shared libraries: ";

// Whether a line is a message of the server, and the one that it is to give.
static bool is_said(const struct server_process *s, const char *line)
{
    size_t length = strlen(s->name);
    bool own = strncmp(line, s->name, length) == 0 && line[length] == ':';
    return (own || strstr(line, not_loaded)) && s->says && strstr(line, s->says);
}

static void expect_said(const struct server_process *s)
{
    enum { MOST_LINES = 50 }; // one a second and process at most
    char text[16384], *rest = process_errors(s, text, sizeof text), *line;
    unsigned lines = 0;
    while ((line = strsep(&rest, "\n")) && *line) {
        if (!is_said(s, line))
            fail_because("is not to write this to standard error: '%s'", line);
        lines++;
    }
    if (lines == 0 && s->says && *s->says)
        fail_because("does not say on standard error '%s'", s->says);
    if (lines > MOST_LINES)
        fail_because("a flood of %u messages", lines);
}

// Where handlers are put off until a call returns, it may be any thread's that has the signal, and
// in a pool the one that is the last to get a connection: so there are connections until it ends.
static bool has_ended_of_connections(const void *server)
{
    const struct server_process *s = server;
    siginfo_t info = {.si_pid = 0};
    port_refuses(s->port);
    return waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

// Another test's server may have been given the same port meanwhile; it soon ends, too.
static bool is_closed(const void *server)
{
    return port_refuses(((const struct server_process *)server)->port);
}

void process_stops_cleanly(struct server_process *s, int signal_number)
{
    if (s->by_port) {
        group_is_ended(s, -s->pid, signal_number);
        return;
    }
    char text[2048];
    pid_t pids[MOST_CHILDREN + 1] = {s->pid};
    size_t n = children_of(s->pid, pids + 1, MOST_CHILDREN) + 1;
    if (kill(s->pid, signal_number) < 0)
        fail_because("kill: %s", strerror(errno));
    // Once more, too: gcc 12's thread sanitizer loses the first signal that a thread ever has if it
    // comes while the thread is about to wait for the first time (SigCtx() makes what remembers it
    // twice over).
    if (DEFERS_SIGNALS && !within(STOP_LIMIT_MS / 2, has_ended_of_connections, s)) {
        kill(s->pid, signal_number);
        within(STOP_LIMIT_MS / 2, has_ended_of_connections, s);
    }
    int status = server_process_wait(s, STOP_LIMIT_MS);
    process_errors(s, text, sizeof text);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_because("%s %d instead of exit status 0; errors: '%s'",
                     WIFEXITED(status) ? "exit status" : "signal",
                     WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), text);
    pid_t zombie = waitpid(-1, NULL, WNOHANG);
    if (zombie > 0)
        fail_because("left a child unreaped");
    if (zombie == 0)
        fail_because("left a child alive");
    expect_said(s);
    if (*process_output(s, text, sizeof text))
        fail_because("wrote to standard output: '%s'", text);
    if (sysv_objects_of(pids, n) > 0)
        fail_because("left a System V object");
    if (!within(STOP_LIMIT_MS, is_closed, s))
        fail_because("port %u still accepts connections", s->port);
}

static bool ended_by_force(const void *unused)
{
    (void)unused;
    pid_t children[MOST_CHILDREN];
    size_t n = children_of(getpid(), children, MOST_CHILDREN);
    for (size_t i = 0; i < n && i < MOST_CHILDREN; i++)
        kill(children[i], SIGKILL);
    return no_orphans();
}

static bool is_gone(const void *server)
{
    const struct server_process *s = server;
    return waitpid(s->pid, NULL, WNOHANG) != 0;
}

// Asked first, a server has the chance to take along what would stay.
void process_end(struct server_process *s)
{
    if (s->pid) {
        kill(s->pid, SIGTERM);
        kill(-s->pid, SIGCONT);
        within(STOP_LIMIT_MS, is_gone, s);
        kill(-s->pid, SIGKILL);
    }
    if (!within(START_LIMIT_MS, ended_by_force, NULL))
        warnx("cannot end the children of the test");
    *s = (struct server_process){.out = -1, .err = -1};
}
