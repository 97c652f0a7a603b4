#include "bench/measure/trial/server.h"

#include "bench/base/memory.h"
#include "bench/measure/foreign.h"
#include "bench/measure/trial/control_group.h"
#include "bench/measure/trial/process.h"
#include "bench/measure/trial/process_group.h"
#include "bench/measure/trial/process_state.h"
#include "bench/measure/trial/read_until.h"
#include "bench/measure/trial/tcp_sockets.h"

#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t second_ns = 1000000000;

enum {
    ERRORS_AT_MOST = 65536, // bytes that a server can write to its error output
    START_S = 10,
    STOP_S = 5,
    FOREIGN_STOP_S = 2 // one that ignores SIGTERM would take that long in every trial
};

struct sockaddr_in server_endpoint(const struct server *server)
{
    struct sockaddr_in endpoint = {.sin_family = AF_INET};
    char host[64];
    unsigned port;
    if (sscanf(server->address, "%63[0-9.]:%u", host, &port) != 2 ||
        inet_pton(AF_INET, host, &endpoint.sin_addr) != 1)
        errx(1, "not an IPv4 address: %s", server->address);
    endpoint.sin_port = htons((uint16_t)port);
    return endpoint;
}

// ---- foreign servers --------------------------------------------------------------------------

// A server may have a process for each client, and some of its own. More than that only come from
// forking without end.
static unsigned processes_allowed(const char *arguments)
{
    static const char option[] = "--clients ";
    const char *clients = strstr(arguments, option);
    return 1000 + (clients ? 2 * (unsigned)strtoul(clients + strlen(option), NULL, 10) : 0);
}

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

static void see_if_orphan(const struct process_ids *ids, void *found)
{
    *(bool *)found = *(bool *)found || process_is_orphan(ids);
}

// Whether a server that has ended left descendants.
static bool left_processes(pid_t group)
{
    bool found = process_group_count(group) > 0;
    process_visit(see_if_orphan, &found);
    return found;
}

static void see_if_listens(const struct tcp_socket *socket, void *found)
{
    *(bool *)found = *(bool *)found || socket->listens;
}

// Where the kernel does not list its sockets, a connection shows it.
static bool accepts(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    return connected;
}

static bool is_listened_on(const struct sockaddr_in *address)
{
    bool found = false,
         is_listed = tcp_sockets_visit(ntohs(address->sin_port), true, see_if_listens, &found);
    return is_listed ? found : accepts(address);
}

// Why a foreign server that should listen, or should go on to, does not; NULL: it may yet.
static const char *reason_to_give_up(struct server *server)
{
    if (watch_has_killed(server->watch))
        return "forks without end";
    if (!has_ended(server->pid))
        return NULL;
    return left_processes(server->pid) ? "does not stay in the foreground" : "ended by itself";
}

// The launcher has printed the port, and then became the server.
static bool await_listener(struct server *server, struct measurement *m)
{
    static const struct timespec step = {.tv_nsec = 2000000};
    const struct sockaddr_in address = server_endpoint(server);
    uint64_t until_ns = now_ns() + START_S * second_ns;
    const char *reason = NULL;
    while (!is_listened_on(&address) && !(reason = reason_to_give_up(server)) &&
           now_ns() < until_ns)
        nanosleep(&step, NULL);
    if (!reason && now_ns() >= until_ns)
        reason = "does not listen on {port}";
    if (!reason)
        reason = reason_to_give_up(server);
    if (reason)
        measurement_fault(m, "server %s", reason);
    return !reason;
}

// ---- starting ---------------------------------------------------------------------------------

// Where a server of the suite writes its errors: it never waits there, and cannot fill the memory.
static int bounded_file(void)
{
    int fd = memfd_create("errors", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, ERRORS_AT_MOST) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) < 0)
        err(1, "the error output of a server");
    return fd;
}

static void note_stranger(const struct tcp_socket *socket, void *context)
{
    struct server *server = context;
    if (!socket->listens && socket->inode != 0 && server->stranger_count < MOST_STRANGERS)
        server->strangers[server->stranger_count++] = socket->inode;
}

static void note_strangers(struct server *server)
{
    unsigned port = 0;
    server->stranger_count = 0;
    if (sscanf(server->address, "%*[^:]:%u", &port) == 1)
        tcp_sockets_visit(port, false, note_stranger, server);
}

bool server_start(const struct setting *setting, const char *program, const char *arguments,
                  struct server *server, struct measurement *m)
{
    static const char announcement[] = "listening on ";
    char words[1024], line[256];
    char option[] = "--control-group";
    int output[2], errors[2] = {-1, -1};
    struct arguments list = {0};
    bool is_foreign = strstr(program, FOREIGN_LAUNCHER);
    snprintf(words, sizeof words, "%s %s %s%s", program,
             strcmp(arguments, "-") == 0 ? "" : arguments, *setting->server_address ? "-a " : "",
             setting->server_address);
    arguments_add(&list, words);
    // Its tasks may be threads, too; the watch is to see that there are too many.
    bool has_control_group = is_foreign && control_group_make(4 * processes_allowed(arguments));
    if (has_control_group) {
        list.list[list.count++] = option;
        list.list[list.count++] = (char *)control_group_folder();
    }
    if (pipe2(output, O_CLOEXEC) < 0 || (is_foreign && pipe2(errors, O_CLOEXEC) < 0))
        err(1, "outputs of a server");
    server->start_cpu_us = 0;
    server->watch = NULL;
    server->error_fd = is_foreign ? errors[1] : bounded_file();
    server->pid = process_start(&list, &setting->server_cpus, output[1], server->error_fd);
    close(output[1]);
    server->output_fd = output[0];
    if (is_foreign) {
        close(errors[1]);
        if (has_control_group)
            control_group_is_of(server->pid);
        server->watch = memory_for(1, sizeof *server->watch);
        watch_begin(server->watch, errors[0], server->pid, processes_allowed(arguments));
    }
    if (!read_line(server->output_fd, line, sizeof line, now_ns() + START_S * second_ns) ||
        strncmp(line, announcement, strlen(announcement)) != 0) {
        measurement_fault(m, "server did not start");
        return false;
    }
    snprintf(server->address, sizeof server->address, "%s", line + strlen(announcement));
    if (is_foreign && !await_listener(server, m))
        return false;
    note_strangers(server);
    // The first process of a foreign server may be a script that started the server.
    if (is_foreign)
        server->descriptors = process_group_most_descriptors(server->pid);
    else
        process_count_descriptors(server->pid, &server->descriptors);
    server->start_cpu_us = (double)process_group_cpu_ns(server->pid) / 1e3;
    return true;
}

// The shares of the least busy and the busiest worker in all counts, which are in ascending order.
static void share_out(const char *counts, struct life *life)
{
    double least = NAN, most = NAN, sum = 0, workers = 0;
    char *end;
    for (; *counts == ' '; counts = end) {
        most = strtod(counts, &end);
        if (end == counts)
            break;
        least = workers > 0 ? least : most;
        sum += most;
        workers++;
    }
    life->idlest = least / (sum / workers);
    life->busiest = most / (sum / workers);
}

// The count of a server, which it prints last.
static void read_counts(int output_fd, struct life *life)
{
    char text[8192], *rest = text, *line;
    unsigned long long count;
    int counts = 0;
    read_to_end(output_fd, text, sizeof text, now_ns() + second_ns);
    while ((line = strsep(&rest, "\n")) && rest) { // what has no newline was cut off
        if (sscanf(line, "state %*s counted %llu", &count) == 1)
            life->counted = (double)count;
        sscanf(line, "state %*s by worker%n", &counts);
        if (counts > 0)
            share_out(line + counts, life);
        counts = 0;
    }
}

// ---- stopping ---------------------------------------------------------------------------------

// Appends what a server printed to the log, and keeps its last line.
static void keep_text(const struct setting *setting, struct server *server, char *text,
                      ssize_t length)
{
    if (length < 0 || write(setting->log_fd, text, (size_t)length) != length)
        warn("what a server said is lost");
    while (length > 0 && text[length - 1] == '\n')
        length--;
    text[length > 0 ? length : 0] = '\0';
    const char *newline = strrchr(text, '\n');
    snprintf(server->last_words, sizeof server->last_words, "%.*s",
             (int)sizeof server->last_words - 1, newline ? newline + 1 : text);
}

static void keep_errors(const struct setting *setting, struct server *server)
{
    static char text[ERRORS_AT_MOST + 1];
    if (server->watch) {
        watch_end(server->watch);
        keep_text(setting, server, server->watch->tail, (ssize_t)server->watch->length);
        free(server->watch);
        server->watch = NULL;
        return;
    }
    off_t said = lseek(server->error_fd, 0, SEEK_CUR); // where its next line would have begun
    ssize_t length = pread(server->error_fd, text, said > 0 ? (size_t)said : 0, 0);
    keep_text(setting, server, text, length);
    close(server->error_fd);
}

static void stop_own(const struct server *server, struct rusage *usage, struct measurement *m)
{
    int status = 0;
    kill(server->pid, SIGTERM);
    if (!process_wait(server->pid, now_ns() + STOP_S * second_ns, &status, usage)) {
        measurement_fault(m, "server did not stop");
        kill(-server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    } else if (!server->may_crash && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        measurement_fault(m, "server ended with status %#x", (unsigned)status);
    }
    if (process_group_end(server->pid, usage))
        measurement_fault(m, "server left processes behind");
}

// A foreign server may let its processes end by SIGTERM, with any exit status, and need not reap
// them first. The usage is exact even so: all of the group become children of this process, and are
// reaped here.
static void stop_foreign(struct server *server, struct rusage *usage, struct measurement *m)
{
    int status = 0;
    const char *reason = server->may_crash ? NULL : reason_to_give_up(server);
    if (reason)
        measurement_fault(m, "server %s", reason);
    process_group_terminate(server->pid);
    if (!process_wait(server->pid, now_ns() + FOREIGN_STOP_S * second_ns, &status, usage)) {
        server->ignores_sigterm = true;
        kill(-server->pid, SIGKILL);
        wait4(server->pid, &status, 0, usage);
    } else if (!server->may_crash && WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM) {
        measurement_fault(m, "server ended by signal %d", WTERMSIG(status));
    }
    process_group_end(server->pid, usage);
}

static void account(const struct rusage *usage, struct life *life)
{
    life->cpu_us = (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 +
                   (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
    life->faults = (double)(usage->ru_minflt + usage->ru_majflt);
    life->switches = (double)(usage->ru_nvcsw + usage->ru_nivcsw);
}

// A control group knows the CPU time of children that nobody waited for, but nothing else of them.
static void account_group(uint64_t cpu_ns, struct life *life)
{
    life->cpu_us = (double)cpu_ns / 1e3;
    if (life->lacks_children)
        life->faults = life->switches = NAN;
    life->lacks_children = false;
}

struct life server_stop(const struct setting *setting, struct server *server, struct measurement *m)
{
    struct rusage usage = {0};
    uint64_t group_cpu_ns = 0;
    struct life life = {
        .start_cpu_us = server->start_cpu_us, .counted = NAN, .busiest = NAN, .idlest = NAN};
    if (server->watch) {
        life.lacks_children = process_group_ignores_children(server->pid);
        stop_foreign(server, &usage, m);
    } else {
        stop_own(server, &usage, m);
    }
    bool is_in_group = control_group_cpu_ns(server->pid, &group_cpu_ns);
    if (server->watch)
        m->values[METRIC_control_group] = is_in_group;
    control_group_remove(server->pid);
    unsigned orphans = process_orphans_end();
    if (orphans > 0 && !(m->values[METRIC_foreign] > 0)) {
        m->values[METRIC_foreign] = orphans;
        measurement_fault(m, "server had processes outside of its group");
    }
    read_counts(server->output_fd, &life);
    close(server->output_fd);
    keep_errors(setting, server); // ends the watch, which looks into the control group
    control_group_forget();
    account(&usage, &life);
    if (is_in_group)
        account_group(group_cpu_ns, &life);
    return life;
}
