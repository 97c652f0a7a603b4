// The agent of a client host: puts its part of a load on a server, trial after trial, for a front
// end on another host (clients/core/host.h). Standard input and output are the channel:
//
//     agent      front end
//     hello      VERSION BUILD CPUS BOOT, and what this host is
//                load NUMBER BACKEND WORKERS LOAD   a part of a load (wire.h), for so many workers
//     loaded     NUMBER: nothing before this line belongs to that trial
//     ready      all connections are there, the warm-up is over
//                go                 the window begins
//     started    NS: when that came, by the clock of this host
//     end        the window is over, every request answered or given up
//                go                 connections are closed
//     outcomes   of each worker (wire.h)
//     done       or "done unreachable"; "failed REASON" at any time
//                stop               the trial is broken off, without an answer
//
// Both say "alive" once a second: the agent while a trial goes on, the front end always. If the
// front end is silent for HOST_SILENCE_S, or closes the channel, the agent ends. So does the
// process that runs the trial, with all its workers: the kernel kills children with their parent.
#include "clients/core/arguments.h"
#include "clients/core/clock.h"
#include "clients/core/host.h"
#include "clients/core/wire.h"
#include "clients/core/workers.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, BEAT_MS = 1000 };

// ---- hello --------------------------------------------------------------------------------------

// The first line of a file, without what would end a value; "-" if there is none.
static void first_line(const char *path, char *text, int bytes)
{
    FILE *file = fopen(path, "re");
    if (!file || !fgets(text, bytes, file))
        strcpy(text, "-");
    if (file)
        fclose(file);
    text[strcspn(text, "\n")] = '\0';
    for (char *c = text; *c; c++)
        if (*c == '\t')
            *c = ' ';
}

static void cpu_model(char model[128])
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    strcpy(model, "-");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "model name : %127[^\n\t]", model) == 1)
            break;
    if (file)
        fclose(file);
}

// The first interface that is up and not the loopback: its driver, and its speed in Mbit/s.
static void describe_link(char text[128])
{
    char path[128], state[32], speed[32] = "-", driver[256] = "";
    struct if_nameindex *all = if_nameindex();
    for (const struct if_nameindex *i = all; i && i->if_index; i++) {
        snprintf(path, sizeof path, "/sys/class/net/%s/operstate", i->if_name);
        first_line(path, state, sizeof state);
        if (strcmp(state, "up") != 0)
            continue;
        snprintf(path, sizeof path, "/sys/class/net/%s/speed", i->if_name);
        first_line(path, speed, sizeof speed);
        snprintf(path, sizeof path, "/sys/class/net/%s/device/driver", i->if_name);
        ssize_t n = readlink(path, driver, sizeof driver - 1);
        driver[n > 0 ? n : 0] = '\0';
        break;
    }
    if_freenameindex(all);
    const char *slash = strrchr(driver, '/');
    snprintf(text, 128, "nic=%.40s\tlink_mbit_s=%.20s", slash ? slash + 1 : "-",
             *speed == '-' ? "-" : speed); // -1: unknown
}

static void say_hello(void)
{
    struct utsname kernel;
    char build[17], boot[64], model[128], governor[64], link[128];
    if (!host_build("/proc/self/exe", build) || uname(&kernel) < 0)
        err(1, "agent");
    first_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", governor, sizeof governor);
    cpu_model(model);
    describe_link(link);
    printf("hello %d %s %u %s\tkernel=%s\tcpu_model=%s\tcpus=%u\tgovernor=%s\t%s\n", HOST_VERSION,
           build, workers_cpus(), boot, kernel.release, model, workers_cpus(), governor, link);
}

// ---- the process that runs a trial --------------------------------------------------------------

static struct trial {
    pid_t pid; // 0: none
    int gate_fd, error_fd;
    unsigned gates; // passed
} trial;

static int gate_fd;

static void gate(const char *moment)
{
    char answer;
    if (write(gate_fd, moment, strlen(moment)) < 0 || read(gate_fd, &answer, 1) != 1)
        err(1, "gate");
}

// Whether a connection is possible, or refused: then the other host is there.
static bool answers(const struct sockaddr_storage *address, socklen_t bytes)
{
    static const struct timeval limit = {.tv_sec = 1};
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); // of connect, too
    bool answered =
        connect(fd, (const struct sockaddr *)address, bytes) == 0 || errno == ECONNREFUSED;
    close(fd);
    return answered;
}

// Whether the link to the server's host works. A server with a full queue does not answer, but its
// host does at a port where nothing listens, mostly that of discard.
static bool reaches(const struct load *load)
{
    struct sockaddr_storage other = load->target;
    if (other.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&other)->sin6_port = htons(9);
    else
        ((struct sockaddr_in *)&other)->sin_port = htons(9);
    return answers(&load->target, load->target_bytes) || answers(&other, load->target_bytes);
}

static bool has_failed(const struct outcome *o)
{
    uint64_t failed = o->unsent;
    for (int kind = 0; kind < FAILURES; kind++)
        failed += kind == MISMATCH ? 0 : o->failures[kind];
    return failed > 0;
}

static _Noreturn void run_trial(const struct net *net, struct load *load, unsigned workers)
{
    bool has_failures = false;
    load->gate = gate;
    prctl(PR_SET_TIMERSLACK, 1UL); // exact timers for the schedule
    make_room_for(load->connections);
    const struct outcome *outcomes = workers_run(net, load, workers);
    for (unsigned i = 0; i < workers; i++) {
        wire_write_outcome(&outcomes[i], stdout);
        has_failures = has_failures || has_failed(&outcomes[i]);
    }
    puts(has_failures && !reaches(load) ? "done unreachable" : "done");
    if (fflush(stdout) == EOF)
        err(1, "standard output");
    exit(0);
}

static void end_trial(void)
{
    if (!trial.pid)
        return;
    kill(trial.pid, SIGKILL);
    waitpid(trial.pid, NULL, 0);
    close(trial.gate_fd);
    close(trial.error_fd);
    trial.pid = 0;
}

static void start_trial(const struct net *net, struct load *load, unsigned workers)
{
    int ends[2];
    pid_t agent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
        (trial.error_fd = memfd_create("errors", MFD_CLOEXEC)) < 0)
        err(1, "agent");
    fflush(stdout);
    trial.pid = fork();
    if (trial.pid < 0)
        err(1, "fork");
    if (trial.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != agent || dup2(trial.error_fd, STDERR_FILENO) < 0)
            _exit(1);
        close(ends[0]);
        gate_fd = ends[1];
        run_trial(net, load, workers);
    }
    close(ends[1]);
    trial.gate_fd = ends[0];
    trial.gates = 0;
}

// The trial's process has ended: it has written "done", or something went wrong.
static void take_end(void)
{
    char words[256];
    int status = 0;
    waitpid(trial.pid, &status, 0);
    ssize_t n = pread(trial.error_fd, words, sizeof words - 1, 0);
    words[n > 0 ? n : 0] = '\0';
    words[strcspn(words, "\n")] = '\0';
    close(trial.gate_fd);
    close(trial.error_fd);
    trial.pid = 0;
    if (WIFSIGNALED(status))
        printf("failed ended by signal %d\n", WTERMSIG(status));
    else if (status != 0)
        printf("failed %s\n", *words ? words : "without a word");
}

static void hear_trial(void)
{
    char moment[16];
    ssize_t n = read(trial.gate_fd, moment, sizeof moment);
    if (n > 0)
        puts(*moment == 's' ? "ready" : "end");
    else
        take_end();
}

// ---- the front end ------------------------------------------------------------------------------

static void load_trial(const char *line)
{
    char backend[16];
    uint64_t number;
    unsigned workers;
    int length = 0;
    struct load load;
    end_trial();
    if (sscanf(line, "load %" SCNu64 " %15s %u %n", &number, backend, &workers, &length) != 3 ||
        !wire_read_load(&load, line + length) || workers < 1 || workers > workers_at_most(&load) ||
        !net_named(backend))
        errx(1, "not a load: '%.60s'", line);
    printf("\nloaded %" PRIu64 "\n",
           number); // a line of its own, after half a line of a killed one
    start_trial(net_named(backend), &load, workers);
}

static void obey(const char *line)
{
    if (strncmp(line, "load ", 5) == 0) {
        load_trial(line);
    } else if (strcmp(line, "stop") == 0) {
        end_trial();
    } else if (strcmp(line, "go") == 0 && trial.pid) {
        if (trial.gates++ == 0)
            printf("started %" PRIu64 "\n", now_ns());
        if (write(trial.gate_fd, "\n", 1) != 1)
            warn("gate"); // its end follows
    } else if (strcmp(line, "alive") != 0 && strcmp(line, "go") != 0) {
        errx(1, "the front end says '%.60s'", line);
    }
}

static void hear_front(void)
{
    static char text[LINE_BYTES];
    static size_t length;
    char *newline;
    ssize_t n = read(STDIN_FILENO, text + length, sizeof text - 1 - length);
    if (n <= 0)
        exit(0); // it is gone
    length += (size_t)n;
    text[length] = '\0';
    while ((newline = strchr(text, '\n'))) {
        *newline = '\0';
        obey(text);
        length -= (size_t)(newline + 1 - text);
        memmove(text, newline + 1, length + 1);
    }
    if (length == sizeof text - 1)
        errx(1, "the front end sends a line without end");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return puts("Usage: agent\nDrives a server for a front end on another host, which starts "
                    "it: "
                    "make bench CLIENT_HOSTS=..., or drive --hosts.") == EOF;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("forklore " VERSION) == EOF;
    if (argc != 1)
        errx(2, "usage: agent");
    if (isatty(STDIN_FILENO))
        errx(2, "is started by a front end (make bench CLIENT_HOSTS=..., or drive --hosts), not by "
                "hand");
    setvbuf(stdout, NULL, _IOFBF, 65536);
    signal(SIGPIPE, SIG_IGN);
    say_hello();
    for (uint64_t heard_ns = now_ns(), said_ns = heard_ns;;) {
        if (fflush(stdout) == EOF)
            exit(1);
        struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                 {.fd = trial.pid ? trial.gate_fd : -1, .events = POLLIN}};
        int n = poll(ready, 2, BEAT_MS);
        if (n < 0 && errno != EINTR)
            err(1, "poll");
        if (n > 0 && ready[1].revents)
            hear_trial();
        if (n > 0 && ready[0].revents) {
            heard_ns = now_ns();
            hear_front();
        }
        if (now_ns() - heard_ns >= HOST_SILENCE_S * UINT64_C(1000000000))
            errx(1, "the front end has said nothing for %d s", HOST_SILENCE_S);
        if (trial.pid && trial.gates < 2 && now_ns() - said_ns >= BEAT_MS * UINT64_C(1000000)) {
            puts("alive");
            said_ns = now_ns();
        }
    }
}
