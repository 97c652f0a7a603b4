#include "tests/check/attempt.h"

#include "bench/measure/trial/process.h"
#include "clients/core/clock.h"
#include "tests/check/foreign_server.h"
#include "tests/core/client.h"
#include "tests/core/failure.h"

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 3 * SECOND_MS, // of clients
    FREE_DESCRIPTORS = 24,       // of a server that is to run out of them
    BREAKDOWN_MS = 100
};

// ---- in the process of an attempt -------------------------------------------------------------

static int report_fd;
static struct cell cell;

static _Noreturn void report(const struct finding *finding)
{
    _exit(write(report_fd, finding, sizeof *finding) != sizeof *finding);
}

static bool has_ended(const void *unused)
{
    (void)unused;
    return foreign_server_sudden_end(cell.server.pid == 0);
}

// A server that has ended is the reason of whatever else was seen; its connections break before it
// is seen to have ended.
static _Noreturn void conclude(struct finding *finding)
{
    within(finding->outcome == FAILED ? BREAKDOWN_MS : 0, has_ended, NULL);
    const char *end = foreign_server_sudden_end(cell.server.pid == 0);
    const char *last_words = foreign_server_stop();
    if (end) {
        finding->outcome = FAILED;
        snprintf(finding->seen, sizeof finding->seen, "%s%s%s", end,
                 *last_words ? "; it last printed: " : "", last_words);
    }
    report(finding);
}

void fail_at(const char *file, int line, const char *format, ...)
{
    struct finding finding = {.outcome = FAILED};
    int length = 0;
    va_list values;
    (void)file, (void)line; // the rule and what was seen are enough here
    if (!cell.hazard)
        length = snprintf(finding.seen, sizeof finding.seen, "it does not echo: ");
    va_start(values, format);
    vsnprintf(finding.seen + length, sizeof finding.seen - (size_t)length, format, values);
    va_end(values);
    conclude(&finding);
}

void skip_because(struct cell *unused, const char *reason)
{
    struct finding finding = {.outcome = SKIPPED};
    (void)unused;
    snprintf(finding.seen, sizeof finding.seen, "%s", reason);
    conclude(&finding);
}

void except_because(struct cell *unused, const char *reason)
{
    skip_because(unused, reason);
}

struct census baseline(const struct cell *c)
{
    expect_service(c->server.port); // what is made with the first connection is there
    return census_at_rest(&c->server);
}

void launch_server(struct cell *c)
{
    struct foreign_server started = {0};
    struct finding finding = {.outcome = FAILED};
    if (!foreign_server_start(c->program->path, &started, finding.seen, sizeof finding.seen))
        report(&finding);
    c->server.pid = started.pid;
    c->server.port = started.port;
    c->server.by_port = true;
    c->server.disregarded = c->hazard ? c->hazard->disregarded : 0;
    if (c->hazard && c->hazard->files &&
        !foreign_server_limit_descriptors(started.pid, FREE_DESCRIPTORS))
        skip_because(c, "its descriptors cannot be limited here");
}

void start_server(struct cell *c)
{
    launch_server(c);
}

// A server that waits for the end of a line, as the textbook's does, is known by a text without
// one.
static bool answers_lines(unsigned port)
{
    struct client c = client_connect(port, 1);
    bool answers_text =
        send(c.fd, "text", 4, MSG_NOSIGNAL) == 4 && client_has_news(&c, PATIENCE_MS);
    bool answers = answers_text ||
                   (send(c.fd, "\n", 1, MSG_NOSIGNAL) == 1 && client_has_news(&c, PATIENCE_MS));
    if (!answers)
        fail_because("it sends nothing back");
    client_close(&c);
    return !answers_text;
}

static _Noreturn void run(const char *conf, const struct hazard *hazard)
{
    static struct program program = {.family = PEER, .capacity = MANY};
    struct finding finding = {.outcome = PASSED};
    snprintf(program.path, sizeof program.path, "%s", conf);
    cell = (struct cell){.hazard = hazard, .program = &program};
    client_limit_ms = PATIENCE_MS;
    client_expects_end = false;
    start_server(&cell);
    if (hazard)
        hazard->test(&cell);
    else if (!client_sends_lines && answers_lines(cell.server.port))
        finding.answers_lines = true;
    else
        expect_service(cell.server.port);
    conclude(&finding);
}

// ---- in the process of the check --------------------------------------------------------------

// Where its process was killed or did not get so far, the guard of the server has ended the server.
static struct finding read_finding(int fd, uint64_t until_ns)
{
    struct finding finding;
    struct pollfd reported = {.fd = fd, .events = POLLIN};
    int ready = poll(&reported, 1, (int)(ns_until(until_ns) / 1000000));
    if (ready > 0 && read(fd, &finding, sizeof finding) == sizeof finding)
        return finding;
    finding = (struct finding){.outcome = FAILED};
    snprintf(finding.seen, sizeof finding.seen, "%s",
             ready == 0 ? "it took too long" : "it could not be tried");
    return finding;
}

struct finding attempt(const char *conf, const struct hazard *hazard, uint64_t until_ns)
{
    int ends[2];
    pid_t check = getpid();
    if (pipe2(ends, O_CLOEXEC) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        err(1, "an attempt");
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        report_fd = ends[1];
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != check)
            _exit(1);
        run(conf, hazard);
    }
    close(ends[1]);
    struct finding finding = read_finding(ends[0], until_ns);
    close(ends[0]);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    process_orphans_end();
    return finding;
}
