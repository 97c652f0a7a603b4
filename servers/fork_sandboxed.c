// Fork, sandboxed: fork.c, whose child gives up what it does not need before it reads a byte.
//
// OpenSSH (sandbox-seccomp-filter.c) and vsftpd (seccompsandbox.c) do this to the process that
// talks to a stranger. A bug in a handler can give the client its process, and with it all that the
// process may do. fork.c's child may do what the server's user may. This child can receive, send,
// wait and exit. A thread cannot be confined like that: it shares its memory with all others.
//
// --sandbox ends after an earlier step. The order is that of the calls. The last step forbids the
// calls of the others.
//
//   none          Nothing: fork.c, but linked with libseccomp.
//   no_new_privs  prctl(2). No executed program raises its privileges. Without it, only root may
//                 take the steps below.
//   landlock      landlock(7). No file by its name, no TCP connection, no signal to another process
//                 and no ptrace: as much of it as the kernel knows. Where the kernel has no
//                 Landlock, the later steps do without it.
//   limits        setrlimit(2). No new descriptor; no new process, except for root.
//   seccomp       seccomp(2). No system call but those of an echo: any other kills the process.
//
// The filter is built once, in the parent, and each child only installs it, as in OpenSSH, where it
// is a constant. (vsftpd builds one per session, because it depends on the session.) libseccomp
// takes about 70 us to build it: in each child, this would double the filter's cost. The other half
// remains: the kernel checks and translates the same filter again for each child.
#include "servers/core/model.h"

#ifdef HAS_SECCOMP // a header alone may be of another processor
#include "servers/core/children.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static enum { NONE, NO_NEW_PRIVS, LANDLOCK, LIMITS, SECCOMP } sandbox = SECCOMP;

// ---- in the parent, once ----

static const int allowed[] = {
    SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(close), SCMP_SYS(exit_group),
    // signals, and what their handlers do
    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(wait4),
    // --work
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
    // the address sanitizer, at exit
    SCMP_SYS(sigaltstack),
    // no call: one that a tracer skips
    -1};

static struct sock_fprog filter;

static void build_filter(void)
{
    scmp_filter_ctx rules = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int file = memfd_create("filter", MFD_CLOEXEC), problem = -ENOMEM;
    if (rules)
        problem = seccomp_attr_set(rules, SCMP_FLTATR_API_TSKIP, 1); // allows the -1 among them
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && problem == 0; i++)
        problem = seccomp_rule_add(rules, SCMP_ACT_ALLOW, allowed[i], 0);
    if (problem == 0)
        problem = seccomp_export_bpf(rules, file);
    if (problem < 0)
        errx(1, "cannot build the filter: %s", strerror(-problem));
    off_t bytes = lseek(file, 0, SEEK_END);
    filter.filter = bytes > 0 ? malloc((size_t)bytes) : NULL;
    if (!filter.filter || pread(file, filter.filter, (size_t)bytes, 0) != bytes)
        err(1, "cannot read the filter");
    filter.len = (unsigned short)((size_t)bytes / sizeof *filter.filter);
    close(file);
    seccomp_release(rules);
}

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int ruleset = -1; // -1: none

// No rule allows anything. Each version of Landlock knows more rights, and refuses bits that it
// does not know. So numbers stand here, for headers older than the kernel.
static void build_ruleset(void)
{
    long version = landlock_version();
    unsigned file_rights = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    const struct {
        uint64_t files, network, scopes;
    } all = {(UINT64_C(1) << file_rights) - 1,
             version >= 4 ? 3 : 0,  // bind and connect, TCP
             version >= 6 ? 3 : 0}; // abstract Unix sockets, and signals
    if (version < 1)
        return;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (ruleset < 0)
        err(1, "landlock");
}

// ---- in each child ----

static bool give_up(void)
{
    static const struct rlimit nothing;
    if (sandbox >= NO_NEW_PRIVS && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return false;
    if (ruleset >= 0 && (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 || close(ruleset) < 0))
        return false;
    if (sandbox >= LIMITS &&
        (setrlimit(RLIMIT_NOFILE, &nothing) < 0 || setrlimit(RLIMIT_NPROC, &nothing) < 0))
        return false;
    return sandbox < SECCOMP || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

static int run(struct server *server)
{
    if (sandbox >= LANDLOCK)
        build_ruleset();
    if (sandbox >= SECCOMP)
        build_filter();
    children_reap();

    int connfd;
    while ((connfd = children_accept(server)) >= 0) {
        pid_t pid = fork();
        if (pid == 0) {
            close(server->listen_fd);
            if (!give_up()) { // half a sandbox serves no one
                complain(errno, "sandbox: connection dropped");
                _exit(1);
            }
            echo(connfd);
            close(connfd);
            _exit(0);
        }
        if (pid < 0)
            complain(errno, "fork: connection dropped");
        else
            children_count_one();
        close(connfd); // or the connection would never end, and descriptors would run out
    }
    return 0;
}

// ---- the option ----

enum { SANDBOX_OPTION = 256 };

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const names[] = {[NONE] = "none",
                                        [NO_NEW_PRIVS] = "no_new_privs",
                                        [LANDLOCK] = "landlock",
                                        [LIMITS] = "limits",
                                        [SECCOMP] = "seccomp"};
    (void)state;
    if (key != SANDBOX_OPTION)
        return ARGP_ERR_UNKNOWN;
    for (sandbox = NONE; sandbox <= SECCOMP; sandbox++)
        if (strcmp(argument, names[sandbox]) == 0)
            return 0;
    errx(2, "STEP must be none, no_new_privs, landlock, limits or seccomp, not '%s'", argument);
}

static const struct argp_option steps[] = {
    {"sandbox", SANDBOX_OPTION, "STEP", 0,
     "The last step: none, no_new_privs, landlock, limits or seccomp (default: seccomp)", 0},
    {0},
};
static const struct argp options = {steps, parse_option, NULL, NULL, NULL, NULL, NULL};

static const char *unsupported(void)
{
    const uint32_t action = SECCOMP_RET_KILL_PROCESS;
    if (sandbox == LANDLOCK && landlock_version() < 1)
        return "the kernel has no Landlock, or does not use it (kernel parameter lsm=)";
    if (sandbox >= SECCOMP && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
        return "the kernel has no seccomp filters";
    return NULL;
}

const struct model model = {
    .summary = "a process per connection, which gives up all but its echo: the parent accepts, "
               "forks, and reaps",
    .source = "OpenSSH, sandbox-seccomp-filter.c; vsftpd, seccompsandbox.c",
    .family = PROCESS,
    .capacity = MANY,
    .confines = true,
    .unsupported = unsupported,
    .options = &options,
    .run = run,
};
#else
static const char *unsupported(void)
{
    return "built without libseccomp (Debian: libseccomp-dev)";
}

const struct model model = {.unsupported = unsupported};
#endif
