#include "bench/figures/subject.h"

#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/read_until.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIP = 77, DESCRIPTION_FIELDS = 4 };

static char pool_option[] = "-w", pool_size[] = "3", describe_option[] = "--describe";

static struct running {
    pid_t pid; // 0: none
    int output_fd, errors_fd;
} running;

static uint64_t limit_ns(void)
{
    return now_ns() + SUBJECT_LIMIT_S * (uint64_t)1000000000;
}

// ---- a program that runs ------------------------------------------------------------------------

static void start(const struct arguments *list)
{
    cpu_set_t cpus;
    int output[2];
    running.errors_fd = memfd_create("errors", MFD_CLOEXEC);
    if (running.errors_fd < 0 || sched_getaffinity(0, sizeof cpus, &cpus) < 0 ||
        pipe2(output, O_CLOEXEC) < 0)
        err(1, "cannot start the server");
    running.pid = process_start(list, &cpus, output[1], running.errors_fd);
    running.output_fd = output[0];
    close(output[1]);
}

static void kill_it(void)
{
    if (running.pid == 0)
        return;
    kill(-running.pid, SIGKILL);
    kill(running.pid, SIGKILL); // it may not lead its group yet
    waitpid(running.pid, NULL, 0);
    running.pid = 0;
}

// Waits until it has ended. False if it keeps running.
static bool await_end(int *status)
{
    struct rusage usage;
    if (!process_wait(running.pid, limit_ns(), status, &usage))
        return false;
    running.pid = 0;
    return true;
}

// Its standard error so far, at most bytes - 1.
static void read_errors(char *text, size_t bytes)
{
    ssize_t n = pread(running.errors_fd, text, bytes - 1, 0);
    text[n > 0 ? n : 0] = '\0';
}

static void close_outputs(void)
{
    close(running.output_fd);
    close(running.errors_fd);
}

// ---- which server -------------------------------------------------------------------------------

static void find(const char *name, char *path, size_t bytes)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0)
        err(1, "/proc/self/exe");
    self[n] = '\0';
    for (int up = 0; up < 3; up++) // build/bench/figures/figures
        *strrchr(self, '/') = '\0';
    if (strchr(name, '/'))
        snprintf(path, bytes, "%s", name);
    else
        snprintf(path, bytes, "%.*s/servers/%s", (int)strlen(self), self, name);
    if (access(path, X_OK) < 0)
        err(2, "no such server: %s", path);
}

// Asks a server for its family and whether it has a pool. A foreign server may not know --describe:
// then it has neither.
static bool has_pool(struct subject *s, char *path)
{
    char line[1024], *rest = line, *fields[DESCRIPTION_FIELDS] = {NULL};
    const struct arguments list = {.list = {path, describe_option}, .count = 2};
    start(&list);
    bool said = read_line(running.output_fd, line, sizeof line, limit_ns());
    for (size_t i = 0; said && i < DESCRIPTION_FIELDS; i++)
        fields[i] = strsep(&rest, "\t");
    kill_it();
    close_outputs();
    if (!fields[DESCRIPTION_FIELDS - 1])
        return false;
    bool pool = strcmp(fields[3], "-") != 0;
    s->is_process = strcmp(fields[1], "process") == 0;
    s->per_connection = s->is_process && !pool;
    return pool;
}

// ---- starting and stopping ----------------------------------------------------------------------

// Ends the program because a server does not serve, with the server's message, if any.
static _Noreturn void give_up(const char *path)
{
    char line[512];
    int status = 0;
    kill(running.pid, SIGTERM); // it may only be silent
    bool skip = await_end(&status) && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP;
    read_errors(line, sizeof line);
    line[strcspn(line, "\n")] = '\0';
    if (*line)
        errx(skip ? EXIT_SKIP : 1, "%s", line);
    errx(1, "%s did not print 'listening on 127.0.0.1:PORT'", path);
}

static void write_command(const struct arguments *list, char *command, size_t bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < list->count && used < bytes; i++)
        used +=
            (size_t)snprintf(command + used, bytes - used, "%s%s", i > 0 ? " " : "", list->list[i]);
}

struct subject subject_start(char *const *words)
{
    struct subject s = {0};
    char path[4096], line[256];
    struct arguments list = {.list = {path}, .count = 1};
    find(words[0], path, sizeof path);
    if (atexit(kill_it) != 0)
        errx(1, "atexit");
    bool pool = has_pool(&s, path);
    for (size_t i = 1; words[i]; i++) {
        if (list.count == ARGUMENTS_AT_MOST)
            errx(2, "more than %d arguments for the server", ARGUMENTS_AT_MOST - 1);
        list.list[list.count++] = words[i];
    }
    if (pool && list.count == 1) {
        list.list[list.count++] = pool_option;
        list.list[list.count++] = pool_size;
    }
    write_command(&list, s.command, sizeof s.command);
    start(&list);
    s.pid = running.pid;
    if (!read_line(running.output_fd, line, sizeof line, limit_ns()) ||
        sscanf(line, "listening on 127.0.0.1:%u", &s.port) != 1)
        give_up(path);
    return s;
}

void subject_stop(struct subject *s)
{
    char errors[4096];
    int status;
    kill(s->pid, SIGTERM);
    if (!await_end(&status))
        errx(1, "%s did not stop", s->command);
    if (process_group_kill(s->pid))
        errx(1, "%s left processes behind", s->command);
    read_errors(errors, sizeof errors);
    fputs(errors, stderr);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        errx(1, "%s ended with status %#x", s->command, (unsigned)status);
    close_outputs();
}

// ---- clients ------------------------------------------------------------------------------------

int subject_connect(const struct subject *s, unsigned *port)
{
    const struct timeval limit = {.tv_sec = SUBJECT_LIMIT_S};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)s->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        err(1, "a client cannot connect to 127.0.0.1:%u", s->port);
    *port = ntohs(address.sin_port);
    return fd;
}

void subject_echo(int fd, const char *words)
{
    char back[256];
    size_t bytes = strlen(words), got = 0;
    if (send(fd, words, bytes, MSG_NOSIGNAL) != (ssize_t)bytes)
        err(1, "a client cannot send");
    while (got < bytes) {
        ssize_t n = recv(fd, back + got, bytes - got, 0);
        if (n < 0)
            err(1, "no echo of '%s'", words);
        if (n == 0)
            errx(1, "the connection was closed before '%s' came back", words);
        got += (size_t)n;
    }
    if (memcmp(words, back, bytes) != 0)
        errx(1, "'%s' came back changed", words);
}
