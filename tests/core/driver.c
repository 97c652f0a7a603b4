#include "tests/core/driver.h"
#include "clients/core/clock.h"
#include "tests/core/planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 24 };

struct run run;
char epoll[] = "epoll", io_uring[] = "io_uring", threads[] = "threads";
const char *io;
char folder[] = "/tmp/drive-test-XXXXXX";

static char uring_problem[sizeof run.errors]; // why it does not work here, or empty
static pid_t other; // a server that is not planted, and the leader of its process group

// ---- running programs ----

static pid_t start(const char *program, const char *arguments, int out, int err, rlim_t files)
{
    struct rlimit limit = {files, files};
    char copy[512], *rest, *argv[MOST_ARGUMENTS + 2] = {(char *)program};
    snprintf(copy, sizeof copy, "%s", arguments);
    argv[1] = strtok_r(copy, " ", &rest);
    for (size_t i = 1; i <= MOST_ARGUMENTS && argv[i]; i++)
        argv[i + 1] = strtok_r(NULL, " ", &rest);
    pid_t test = getpid(), pid = fork();
    if (pid < 0)
        fail_msg("fork: %s", strerror(errno));
    if (pid > 0) {
        setpgid(pid, pid); // in both, whoever comes first; fails here once it has called exec
        return pid;
    }
    if (setpgid(0, 0) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == test &&
        dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0 &&
        (!files || setrlimit(RLIMIT_NOFILE, &limit) == 0))
        execvp(program, argv);
    dprintf(err, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

void drive_start(const char *arguments, rlim_t files)
{
    run.out = memfd_create("output", MFD_CLOEXEC);
    run.err = memfd_create("errors", MFD_CLOEXEC);
    assert_true(run.out >= 0 && run.err >= 0);
    run.start_ns = now_ns();
    run.pid = start(BUILD_FOLDER "/clients/drive", arguments, run.out, run.err, files);
}

static void read_and_close(int fd, char *text, size_t room)
{
    ssize_t n = pread(fd, text, room - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
}

void drive_end(void)
{
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, run.pid, 0), .events = POLLIN};
    bool in_time = poll(&ended, 1, LIMIT_MS) == 1;
    int status = 0;
    close(ended.fd);
    if (!in_time)
        kill(run.pid, SIGKILL);
    waitpid(run.pid, &status, 0);
    run.pid = 0;
    run.seconds = (double)(now_ns() - run.start_ns) / 1e9;
    run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_and_close(run.out, run.text, sizeof run.text);
    read_and_close(run.err, run.errors, sizeof run.errors);
    if (!in_time)
        fail_msg("the driver still runs after %d ms", LIMIT_MS);
}

void drive(unsigned port, const char *format, ...)
{
    char options[256], arguments[512];
    va_list list;
    va_start(list, format);
    vsnprintf(options, sizeof options, format, list);
    va_end(list);
    snprintf(arguments, sizeof arguments, "--io %s -w 1 127.0.0.1:%u %s", io, port, options);
    drive_start(arguments, 0);
    drive_end();
}

const struct histogram *drive_histogram(unsigned port, const char *options)
{
    static struct histogram h;
    char path[64], *line = NULL;
    size_t room = 0;
    snprintf(path, sizeof path, "%s/raw", folder);
    drive(port, "%s --raw %s", options, path);
    FILE *file = fopen(path, "re");
    assert_int_equal(unlink(path), 0);
    assert_non_null(file);
    assert_true(getline(&line, &room, file) > 0);
    assert_int_equal(histogram_read_raw(&h, line), 0);
    assert_true(getline(&line, &room, file) < 0);
    free(line);
    fclose(file);
    return &h;
}

unsigned start_server(const char *program, const char *arguments)
{
    int ends[2];
    char text[512] = "";
    const char *says = NULL, *address = NULL;
    unsigned port = 0;
    ssize_t n = 1;
    assert_int_equal(pipe(ends), 0);
    other = start(program, arguments, ends[1], ends[1], 0);
    close(ends[1]);
    struct pollfd news = {.fd = ends[0], .events = POLLIN};
    for (size_t got = 0; !address && n > 0 && poll(&news, 1, LIMIT_MS) == 1; got += (size_t)n) {
        n = read(ends[0], text + got, sizeof text - 1 - got);
        says = strstr(text, "listening on ");
        if (says && strchr(says, '\n'))
            address = strstr(says, "127.0.0.1:");
        if (n < 0)
            break;
    }
    if (!address || sscanf(address, "127.0.0.1:%u", &port) != 1)
        fail_msg("%s does not listen: '%s'", program, text);
    return port;
}

int end_programs(void **unused)
{
    (void)unused;
    uproot();
    if (run.pid > 0 && kill(run.pid, SIGKILL) == 0)
        waitpid(run.pid, NULL, 0);
    if (other > 0 && kill(-other, SIGKILL) == 0)
        while (waitpid(-1, NULL, 0) > 0) // its children come to this process
            ;
    run.pid = other = 0;
    return 0;
}

// ---- what the driver says ----

// The value of a figure and all that follows, or NULL.
static const char *find(const char *name)
{
    size_t length = strlen(name);
    for (const char *line = run.text; line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == '\t')
            return line + length + 1;
    return NULL;
}

bool declined(const char *name)
{
    const char *value = find(name);
    return value && strncmp(value, "-\n", 2) == 0;
}

double figure(const char *name)
{
    const char *value = find(name);
    if (!value || declined(name))
        fail_msg("no figure for %s in '%s'; errors: '%s'", name, run.text, run.errors);
    return strtod(value, NULL);
}

void expect_figure_between(const char *name, double least, double most)
{
    double value = figure(name);
    if (!(value >= least && value <= most))
        fail_msg("%s is %.9g, not %.9g to %.9g\n%s%s", name, value, least, most, run.text,
                 run.errors);
}

void expect_figure(const char *name, double value)
{
    expect_figure_between(name, value, value);
}

void expect_errors(const char *kind, double least, double most)
{
    static const char *const kinds[] = {"errors_connect", "errors_reset", "errors_short",
                                        "errors_mismatch", "errors_timeout"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool this = kind && strcmp(kinds[i], kind) == 0;
        expect_figure_between(kinds[i], this ? least : 0, this ? most : 0);
    }
}

void expect_success(void)
{
    if (run.status != 0 || *run.errors)
        fail_msg("exit status %d, errors: '%s'\n%s", run.status, run.errors, run.text);
    expect_errors(NULL, 0, 0);
    expect_figure("unsent", 0);
}

void expect_failure(int status, const char *words)
{
    const char *line_end = strchr(run.errors, '\n');
    if (run.status != status || !line_end || line_end[1] || !strstr(run.errors, words))
        fail_msg("exit status %d and '%s', not %d and one line with '%s'", run.status, run.errors,
                 status, words);
}

// ---- around the tests ----

void use_io(void **state)
{
    io = *state;
    if (io == io_uring && *uring_problem)
        skip();
}

int begin_tests(void **unused)
{
    (void)unused;
    if (!mkdtemp(folder) || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return -1;
    io = io_uring;
    drive(plant(HONEST), "-n 1");
    if (run.status == 77) {
        memcpy(uring_problem, run.errors, sizeof uring_problem);
        print_message("skipped: --io io_uring: %s", uring_problem);
    }
    return end_programs(NULL);
}

int end_tests(void **unused)
{
    (void)unused;
    bool clean = rmdir(folder) == 0 && waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
    return clean ? 0 : -1;
}
