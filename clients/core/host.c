#include "clients/core/host.h"

#include "clients/core/clock.h"
#include "clients/core/keeper.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Seen from the folder in which this program was started, and from the one in which a launcher
// starts commands: that of the same file system here, the home directory by ssh.
static const char agent[] = BUILD_FOLDER "/clients/agent";

enum { COMMAND_BYTES = 2048, ERRORS_AT_MOST = 65536 };

// ---- names --------------------------------------------------------------------------------------

static void check_name(const char *name, const struct host *hosts, size_t count)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._-@:";
    if (count == HOSTS_AT_MOST)
        errx(2, "at most %d client hosts", HOSTS_AT_MOST);
    if (*name == '-' || name[strspn(name, allowed)] || strlen(name) >= HOST_NAME_BYTES)
        errx(2, "not the name of a host: '%s'", name);
    for (size_t i = 0; i < count; i++)
        if (strcmp(hosts[i].name, name) == 0)
            errx(2, "the client host %s is named twice", name);
}

size_t hosts_named(const char *names, struct host hosts[HOSTS_AT_MOST])
{
    char text[HOSTS_AT_MOST * HOST_NAME_BYTES], *rest = text;
    const char *name;
    size_t count = 0;
    if (strlen(names) >= sizeof text)
        errx(2, "at most %d client hosts", HOSTS_AT_MOST);
    strcpy(text, names);
    while ((name = strsep(&rest, " "))) {
        if (!*name)
            continue;
        check_name(name, hosts, count);
        hosts[count] = (struct host){.fd = -1, .error_fd = -1};
        strcpy(hosts[count++].name, name);
    }
    return count;
}

void host_check_launch(const char *launch)
{
    if (!strstr(launch, "{}"))
        errx(2, "LAUNCH must have {} where the name of the host goes, not '%s'", launch);
    if (strlen(launch) > COMMAND_BYTES / 2 || launch[strcspn(launch, "\t\n")])
        errx(2, "LAUNCH must be one line of at most %d bytes, without tabs", COMMAND_BYTES / 2);
}

// The launcher's command for a host, followed by a command for that host.
static void command_for(const struct host *host, const char *launch, const char *what,
                        char command[COMMAND_BYTES])
{
    size_t used = (size_t)snprintf(command, COMMAND_BYTES, "exec ");
    for (const char *c = launch; *c && used + HOST_NAME_BYTES < COMMAND_BYTES; c++) {
        bool is_name = c[0] == '{' && c[1] == '}';
        used += (size_t)snprintf(command + used, COMMAND_BYTES - used, is_name ? "%s" : "%.1s",
                                 is_name ? host->name : c);
        c += is_name;
    }
    snprintf(command + used, COMMAND_BYTES - used, " %s", what);
}

// ---- builds -------------------------------------------------------------------------------------

bool host_build(const char *path, char build[17])
{
    uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    for (int c; (c = fgetc(file)) != EOF;)
        hash = (hash ^ (unsigned char)c) * UINT64_C(1099511628211);
    bool is_read = !ferror(file);
    fclose(file);
    snprintf(build, 17, "%016jx", (uintmax_t)hash);
    return is_read;
}

// ---- launching ----------------------------------------------------------------------------------

static void launch_one(struct host *host, const char *launch, const cpu_set_t *cpus)
{
    char command[COMMAND_BYTES];
    int ends[2];
    command_for(host, launch, agent, command);
    host->error_fd = memfd_create("launcher", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (host->error_fd < 0 || ftruncate(host->error_fd, ERRORS_AT_MOST) < 0 ||
        fcntl(host->error_fd, F_ADD_SEALS, F_SEAL_GROW) < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        err(1, "the channel to %s", host->name);
    host->keeper = keeper_start(ends, host->error_fd, command, cpus);
    if (host->keeper < 0)
        err(1, "fork");
    close(ends[1]);
    host->fd = ends[0];
}

void hosts_close(struct host *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (hosts[i].fd >= 0)
            kill(hosts[i].keeper, SIGTERM);
    for (size_t i = 0; i < count; i++) {
        if (hosts[i].fd < 0)
            continue;
        waitpid(hosts[i].keeper, NULL, 0);
        close(hosts[i].fd);
        close(hosts[i].error_fd);
        hosts[i].fd = hosts[i].error_fd = -1;
    }
}

// ---- greeting -----------------------------------------------------------------------------------

// The last line, but for srun's of the status, which comes after the reason.
static const char *last_line(char *text)
{
    char *newline = strrchr(text, '\n');
    if (newline && strstr(newline, ": Exited with exit code ")) {
        *newline = '\0';
        newline = strrchr(text, '\n');
    }
    return newline ? newline + 1 : text;
}

// What the launcher wrote last on standard error.
static void last_words(const struct host *host, char words[HOST_TEXT_BYTES])
{
    char text[HOST_TEXT_BYTES];
    off_t said = lseek(host->error_fd, 0, SEEK_CUR); // where its next line would have begun
    size_t room = sizeof text - 1, skip = said > (off_t)room ? (size_t)said - room : 0;
    ssize_t n = said > 0 ? pread(host->error_fd, text, room, (off_t)skip) : 0;
    n = n < said - (off_t)skip ? n : said - (off_t)skip;
    while (n > 0 && (unsigned char)text[n - 1] <= ' ')
        n--;
    text[n > 0 ? n : 0] = '\0';
    snprintf(words, HOST_TEXT_BYTES, "%.200s", last_line(text));
}

void host_explain(const struct host *host, char words[HOST_TEXT_BYTES])
{
    static const struct timespec step = {.tv_nsec = 5000000};
    char said[HOST_TEXT_BYTES], how[64] = "";
    siginfo_t info = {0};
    for (int tries = 0; tries < 20 && !info.si_pid; tries++) {
        if (waitid(P_PID, (id_t)host->keeper, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
            break;
        if (!info.si_pid)
            nanosleep(&step, NULL);
    }
    if (info.si_pid && info.si_status > 128 && info.si_status < 128 + NSIG)
        snprintf(how, sizeof how, "ended by signal %d", info.si_status - 128);
    else if (info.si_pid)
        snprintf(how, sizeof how, "ended with status %d", info.si_status);
    last_words(host, said);
    *words = '\0';
    if (*how || *said)
        snprintf(words, HOST_TEXT_BYTES, " (%s%s%.120s)", how, *how && *said ? ": " : "", said);
}

// Reads a short line. Returns NULL, or why there is none.
static const char *read_greeting(int fd, char line[HOST_TEXT_BYTES], uint64_t until_ns)
{
    size_t length = 0;
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int n = poll(&ready, 1, (int)(ns_until(until_ns) / 1000000));
        if (n == 0)
            return "said nothing in time";
        if (n < 0)
            return "waiting for it was interrupted";
        if (read(fd, line + length, 1) != 1)
            return "has no agent that starts";
        if (line[length] == '\n') {
            line[length] = '\0';
            return NULL;
        }
        if (++length == HOST_TEXT_BYTES)
            return "sends a line without end instead of hello";
    }
}

static const char no_hello[] = "says something else", other_build[] = "has another build";

// "hello VERSION BUILD CPUS BOOT", a tab, and what it says about itself.
static const char *take_greeting(struct host *host, const char *line, const char *own_build)
{
    char build[17], boot[64], own_boot[64] = "";
    int version, about = 0;
    if (sscanf(line, "hello %d %16s %u %63s%n", &version, build, &host->cpus, boot, &about) != 4 ||
        line[about] != '\t' || host->cpus == 0)
        return no_hello;
    if (version != HOST_VERSION || strcmp(build, own_build) != 0)
        return other_build;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file && !fgets(own_boot, sizeof own_boot, file))
        *own_boot = '\0';
    if (file)
        fclose(file);
    host->is_here = *boot && strncmp(boot, own_boot, strlen(boot)) == 0;
    snprintf(host->about, sizeof host->about, "%s", line + about + 1);
    return NULL;
}

// What to type for a host that has no agent of this build.
static void advise(const struct host *host, const char *launch, char advice[HOST_TEXT_BYTES])
{
    bool is_default = strcmp(launch, HOST_LAUNCH) == 0;
    snprintf(advice, HOST_TEXT_BYTES,
             "; to copy it: make deploy-clients CLIENT_HOSTS='%s'%s%.150s%s", host->name,
             is_default ? "" : " LAUNCH='", is_default ? "" : launch, is_default ? "" : "'");
}

static bool greet(struct host *host, const char *launch, const char *build, uint64_t until_ns,
                  char problem[HOST_TEXT_BYTES])
{
    char line[HOST_TEXT_BYTES] = "", words[HOST_TEXT_BYTES] = "", advice[HOST_TEXT_BYTES] = "";
    const char *reason = read_greeting(host->fd, line, until_ns);
    bool is_missing = false;
    if (reason) {
        host_explain(host, words);
        is_missing = strstr(words, "No such file") || strstr(words, "not found");
    } else if (!(reason = take_greeting(host, line, build))) {
        return true;
    }
    for (char *c = line; *c; c++)
        *c = *c < ' ' || *c > '~' ? '?' : *c;
    if (reason == no_hello)
        snprintf(words, sizeof words, "says '%.60s' instead of hello", line);
    if (is_missing || reason == other_build)
        advise(host, launch, advice);
    snprintf(problem, HOST_TEXT_BYTES, "client host %s %s%.150s%.240s", host->name,
             reason == no_hello ? "" : reason, words, advice);
    return false;
}

struct host *hosts_open(struct host *hosts, size_t count, const char *launch, const cpu_set_t *cpus,
                        char problem[HOST_TEXT_BYTES])
{
    bool is_new[HOSTS_AT_MOST] = {false};
    char build[17];
    if (!host_build(agent, build))
        err(1, "%s", agent);
    uint64_t until_ns = now_ns() + HOST_GREETING_S * UINT64_C(1000000000);
    for (size_t i = 0; i < count; i++)
        if ((is_new[i] = hosts[i].fd < 0))
            launch_one(&hosts[i], launch, cpus);
    for (size_t i = 0; i < count; i++)
        if (is_new[i] && !greet(&hosts[i], launch, build, until_ns, problem))
            return &hosts[i];
    return NULL;
}

// ---- copying the agent --------------------------------------------------------------------------

// Words that no shell changes: a launcher may or may not have one at the other end.
int host_deploy(const struct host *host, const char *launch)
{
    static const char *const steps[] = {
        "mkdir -p " BUILD_FOLDER "/clients < /dev/null",
        "tee " BUILD_FOLDER "/clients/agent.new < " BUILD_FOLDER "/clients/agent > /dev/null",
        "chmod 755 " BUILD_FOLDER "/clients/agent.new < /dev/null",
        "mv -f " BUILD_FOLDER "/clients/agent.new " BUILD_FOLDER "/clients/agent < /dev/null",
    };
    char command[COMMAND_BYTES];
    int status = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == 0; i++) {
        command_for(host, launch, steps[i], command);
        status = system(command);
    }
    return status;
}
