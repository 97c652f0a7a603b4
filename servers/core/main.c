// The main program of every server: options, listening, and stopping. The model does the rest.
//
// SIGTERM and SIGINT shut the listener down (see listener.h) and give current connections one
// second to finish. The server then ends its children and reaps them all itself, so that wait4() on
// the server returns the CPU time of the whole tree.
#include "servers/core/companion.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"
#include "servers/core/poison.h"
#include "servers/core/state.h"
#include "servers/core/work.h"

#include <argp.h>
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char *argp_program_version = "forklore " VERSION;

static const char *const family_name[] = {"iterative", "process", "thread", "multiplexed", "peer"};
static const char *const capacity_name[] = {"one", "hashed", "workers", "many"};

struct options {
    const char *address;
    const char *work, *poison; // "": none
    unsigned port;
    unsigned workers;
    unsigned max_children;
    unsigned clients;
    bool refuses, describe;
};

enum {
    MAX_CHILDREN_OPTION = 256,
    REFUSE_BEYOND_OPTION,
    CLIENTS_OPTION,
    STATE_OPTION,
    WORK_OPTION,
    POISON_OPTION,
    DESCRIBE_OPTION
};

static const struct argp_option argp_options[] = {
    {"port", 'p', "PORT", 0, "Listen on PORT; 0 lets the kernel choose (default 0)", 0},
    {"address", 'a', "ADDRESS", 0, "Listen on this numeric address (default 127.0.0.1)", 0},
    {"workers", 'w', "WORKERS", 0, "Size of the pool (models with a pool; default: see --describe)",
     0},
    {"max-children", MAX_CHILDREN_OPTION, "N", 0,
     "Most processes or threads at once (models with one per connection; default: from the "
     "limits)",
     0},
    {"refuse-beyond", REFUSE_BEYOND_OPTION, "N", 0,
     "Most processes at once; connections beyond them are closed instead of waiting (models with a "
     "process per connection)",
     0},
    {"state", STATE_OPTION, "MECHANISM", 0,
     "At each request (a line), add one to a shared counter and table by this mechanism (a wrong "
     "name lists them); print the count at the end",
     0},
    {"clients", CLIENTS_OPTION, "N", 0,
     "Exit with status 77 and the reason if the model or the limits do not allow N clients at once",
     0},
    {"work", WORK_OPTION, "spin:US[:WORD]", 0,
     "Compute for US microseconds before a request is echoed, or wait (sleep:US[:WORD]); with "
     "WORD, only for lines that contain it",
     0},
    {"poison", POISON_OPTION, "WORD", 0, "Crash on a request (a line) that contains WORD", 0},
    {"describe", DESCRIBE_OPTION, NULL, 0,
     "Print name, family, capacity, pool (-: none), source and summary, tab-separated", 0},
    {0},
};

static unsigned number(const char *text, const char *what, unsigned least, unsigned most)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || value < least || value > most)
        errx(2, "%s must be a number from %u to %u, not '%s'", what, least, most, text);
    return (unsigned)value;
}

static const char *needs_value(const char *text, const char *option)
{
    if (!*text)
        errx(2, "%s needs a value", option);
    return text;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->err_stream = NULL; // getopt's one line is enough
        return 0;
    case 'p':
        options->port = number(argument, "PORT", 0, 65535);
        return 0;
    case 'a':
        options->address = argument;
        return 0;
    case 'w':
        if (model.workers == NO_POOL)
            errx(2, "this model has no pool of workers");
        options->workers = number(argument, "WORKERS", 1, 65536);
        return 0;
    case MAX_CHILDREN_OPTION:
        options->max_children = number(argument, "--max-children", 1, 4194304);
        return 0;
    case REFUSE_BEYOND_OPTION:
        if (model.family != PROCESS || model.workers != NO_POOL)
            errx(2, "--refuse-beyond is for models with a process per connection");
        options->max_children = number(argument, "--refuse-beyond", 1, 4194304);
        options->refuses = true;
        return 0;
    case CLIENTS_OPTION:
        options->clients = number(argument, "--clients", 1, 4194304);
        return 0;
    case STATE_OPTION:
        state_choose(argument);
        return 0;
    case WORK_OPTION:
        options->work = needs_value(argument, "--work");
        return 0;
    case POISON_OPTION:
        options->poison = needs_value(argument, "--poison");
        return 0;
    case DESCRIBE_OPTION:
        options->describe = true;
        return 0;
    case ARGP_KEY_ARG:
        errx(2, "unexpected argument '%s' (see --help)", argument);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// The number in a file; `otherwise` if there is none, or "max".
static unsigned long number_in(const char *path, unsigned long otherwise)
{
    unsigned long value = otherwise;
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%lu", &value) != 1)
        value = otherwise;
    if (file)
        fclose(file);
    return value;
}

// The least pids.max of a control group and those above it.
static unsigned long allowed_by_group(const char *hierarchy, char *group, unsigned long otherwise)
{
    unsigned long least = otherwise;
    for (char *end = group + strlen(group); end; end = strrchr(group, '/')) {
        char path[4200];
        *end = '\0';
        snprintf(path, sizeof path, "/sys/fs/cgroup%s%s/pids.max", hierarchy, group);
        unsigned long value = number_in(path, otherwise);
        least = value < least ? value : least;
    }
    return least;
}

// That of this process's control groups, of version 2 or 1.
static unsigned long allowed_by_groups(unsigned long otherwise)
{
    char line[4096];
    unsigned long least = otherwise;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && fgets(line, sizeof line, file)) {
        char *group = strchr(line, '/');
        line[strcspn(line, "\n")] = '\0';
        if (group && strncmp(line, "0::", 3) == 0)
            least = allowed_by_group("", group, least);
        else if (group && strstr(line, ":pids:"))
            least = allowed_by_group("/pids", group, least);
    }
    if (file)
        fclose(file);
    return least;
}

// Half of the processes that the limits allow, so that a full server leaves room for its user.
static unsigned children_allowed(void)
{
    static const char *const system_limits[] = {"/proc/sys/kernel/pid_max",
                                                "/proc/sys/kernel/threads-max"};
    unsigned long allowed = 65536;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur < allowed)
        allowed = limit.rlim_cur;
    for (size_t i = 0; i < sizeof system_limits / sizeof *system_limits; i++) {
        unsigned long value = number_in(system_limits[i], allowed);
        allowed = value < allowed ? value : allowed;
    }
    allowed = allowed_by_groups(allowed);
    return allowed < 4 ? 2 : (unsigned)allowed / 2;
}

// A connection needs a descriptor; the low soft limit exists only for programs that use select().
static rlim_t raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0)
        return RLIM_INFINITY;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    return files.rlim_max;
}

// Why that many clients cannot be served at once, or NULL.
static const char *too_many(unsigned clients, unsigned max_children, rlim_t files)
{
    static char reason[96];
    bool makes_one_each =
        model.workers == NO_POOL && (model.family == PROCESS || model.family == THREAD);
    if (model.clients && clients > model.clients)
        snprintf(reason, sizeof reason, "serves at most %u clients at once", model.clients);
    else if (makes_one_each && clients > max_children)
        snprintf(reason, sizeof reason, "limited to %u processes or threads here", max_children);
    else if (model.family != PROCESS && files != RLIM_INFINITY && clients + 16 > files)
        snprintf(reason, sizeof reason, "limited to %ju descriptors here", (uintmax_t)files);
    return *reason ? reason : NULL;
}

static unsigned default_workers(void)
{
    cpu_set_t cpus;
    if (model.workers != ONE_PER_CPU)
        return (unsigned)model.workers;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0) // more CPUs than cpu_set_t can hold
        return (unsigned)get_nprocs();
    return (unsigned)CPU_COUNT(&cpus);
}

static int listen_fd = -1;
static pid_t server_pid;

static void stop(int signal_number)
{
    int saved_errno = errno;
    // In a child that inherited the handler, or after the grace period. Not _exit(): the address
    // sanitizer would first inspect the stack, and it does not know the stack of a clone.
    if (getpid() != server_pid || signal_number == SIGALRM) {
        companion_end();
        syscall(SYS_exit_group, 0);
    }
    shutdown(listen_fd, SHUT_RD);
    alarm(1);
    errno = saved_errno;
}

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(signal_number, &action, NULL) < 0)
        err(1, "sigaction");
}

static void signal_children(int signal_number)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "re");
    if (!children) {
        warn("cannot find the children to stop: %s", path);
        return;
    }
    int pid;
    while (fscanf(children, "%d", &pid) == 1)
        if (pid != companion_pid())
            kill(pid, signal_number);
    fclose(children);
}

// Ends and reaps all children except the companion, which others may need to the last; by force
// after half a second. An unreaped child's CPU time would be lost.
static void end_children(void)
{
    static const struct timespec step = {.tv_nsec = 1000000};
    for (int waited_ms = 0;; waited_ms++) {
        pid_t pid;
        do
            pid = waitpid(-1, NULL, WNOHANG);
        while (pid > 0 || (pid < 0 && errno == EINTR));
        if (pid < 0)
            return;
        if (waited_ms % 500 == 0)
            signal_children(waited_ms == 0 ? SIGTERM : SIGKILL);
        nanosleep(&step, NULL);
    }
}

static void announce(void)
{
    struct sockaddr_storage bound;
    socklen_t length = sizeof bound;
    if (getsockname(listen_fd, (struct sockaddr *)&bound, &length) < 0)
        err(1, "getsockname");
    char host[INET6_ADDRSTRLEN];
    if (bound.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&bound;
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
        printf("listening on [%s]:%u\n", host, ntohs(in6->sin6_port));
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&bound;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        printf("listening on %s:%u\n", host, ntohs(in->sin_port));
    }
    if (fflush(stdout) == EOF)
        err(1, "standard output");
}

int main(int argc, char **argv)
{
    struct options options = {
        .address = "127.0.0.1", .workers = default_workers(), .work = "", .poison = ""};
    const struct argp_child own_options[] = {{model.options, 0, NULL, 0}, {0}};
    struct argp argp = {argp_options, parse_option, NULL, model.summary, own_options, NULL, NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options))
        return 2;

    work_prepare(options.work);
    poison_prepare(options.poison);
    rlim_t files = raise_file_limit();
    unsigned max_children = options.max_children ? options.max_children : children_allowed();
    const char *reason = model.unsupported ? model.unsupported() : NULL;
    if (!reason)
        reason = state_unsupported();
    if (!reason)
        reason = too_many(options.clients, max_children, files);
    if (reason)
        errx(77, "%s", reason);
    if (options.describe) {
        char pool[32] = "-";
        if (model.workers != NO_POOL)
            snprintf(pool, sizeof pool, "%u %s%s", options.workers,
                     has_threads() ? "thread" : "process",
                     options.workers == 1 ? ""
                     : has_threads()      ? "s"
                                          : "es");
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", program_invocation_short_name, family_name[model.family],
               capacity_name[model.capacity], pool, model.source, model.summary);
        return fflush(stdout) == EOF;
    }

    server_pid = getpid();
    state_prepare(); // before the listener exists, which the owner of the state must not inherit
    listen_fd = listen_on(options.address, options.port, model.reuseport);
    handle(SIGTERM, stop);
    handle(SIGINT, stop);
    handle(SIGALRM, stop);
    announce();

    struct server server = {
        .listen_fd = listen_fd,
        .workers = options.workers,
        .max_children = max_children,
        .refuses = options.refuses,
        .work = options.work,
        .poison = options.poison,
    };
    int status = model.run(&server);
    alarm(0);
    end_children();
    return state_end(options.workers) ? status : 1;
}
