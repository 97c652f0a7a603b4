// What a handler can do once its client has taken it over: open a file, connect to another server,
// fork, trace another client's handler. fork's can do all of it; what those of fork_sandboxed and
// fork_namespaces cannot is in a table.
//
// The test takes the handler over while it waits for its client: by ptrace, at a system call that
// is then another one. What the call reads is where the client's bytes would have come.
#include "tests/core/census.h"
#include "tests/core/client.h"
#include "tests/core/followed.h"
#include "tests/core/server_process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__ // whose registers these are

enum attempt { OPEN, CONNECT, FORK, TRACE, ATTEMPTS };
static const char *const names[ATTEMPTS] = {"open a file", "connect", "fork", "trace a sibling"};

// What becomes of an attempt besides an errno.
enum { DONE = 0, KILLED = -1 };

static struct server_process server = {.out = -1, .err = -1};
static int elsewhere = -1; // another server's listener

// ---- a handler that is taken over -------------------------------------------------------------

struct handler {
    pid_t pid, sibling;
    int status;                      // as of waitpid
    struct user_regs_struct waiting; // for its client, in recvfrom
};

static bool sleeps(const void *pid)
{
    return process_is(*(const pid_t *)pid, 'S');
}

static void take_over(struct handler *h)
{
    const unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL;
    assert_true(within(SECOND_MS, sleeps, &h->pid)); // it has answered: it is in recvfrom
    if (ptrace(PTRACE_SEIZE, h->pid, NULL, options) < 0) {
        printf("skipped: ptrace is not permitted here: %s\n", strerror(errno));
        skip();
    }
    assert_int_equal(ptrace(PTRACE_INTERRUPT, h->pid, NULL, NULL), 0);
    assert_int_equal(waitpid(h->pid, &h->status, __WALL), h->pid);
    assert_int_equal(ptrace(PTRACE_GETREGS, h->pid, NULL, &h->waiting), 0);
    assert_int_equal(h->waiting.orig_rax, SYS_recvfrom);
}

static void end_traced(pid_t pid)
{
    int status;
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
        ;
}

// The filter has forbidden the call. It kills after it or, in older kernels, within it.
static long killed(struct handler *h)
{
    while (WIFSTOPPED(h->status)) {
        unsigned long signal_number = WSTOPSIG(h->status) == SIGSYS ? SIGSYS : 0;
        ptrace(PTRACE_CONT, h->pid, NULL, signal_number);
        assert_int_equal(waitpid(h->pid, &h->status, __WALL), h->pid);
    }
    assert_true(WIFSIGNALED(h->status));
    assert_int_equal(WTERMSIG(h->status), SIGSYS);
    return KILLED;
}

// Lets it make a system call. Returns the result: -ENOSYS if a filter forbids it.
static long call(struct handler *h, long number, long first, long second, long third)
{
    struct user_regs_struct regs = h->waiting;
    regs.rip -= 2;                     // to the instruction that makes a call
    regs.orig_rax = (unsigned long)-1; // nothing is to be restarted
    regs.rax = (unsigned long)number;
    regs.rdi = (unsigned long)first;
    regs.rsi = (unsigned long)second;
    regs.rdx = (unsigned long)third;
    regs.r10 = 0;
    assert_int_equal(ptrace(PTRACE_SETREGS, h->pid, NULL, &regs), 0);
    for (int stops = 0; stops < 2;) { // as it begins the call, and ends it
        unsigned long child;
        assert_int_equal(ptrace(PTRACE_SYSCALL, h->pid, NULL, NULL), 0);
        assert_int_equal(waitpid(h->pid, &h->status, __WALL), h->pid);
        if (!WIFSTOPPED(h->status))
            return -ENOSYS;
        stops += WSTOPSIG(h->status) == (SIGTRAP | 0x80);
        if (h->status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8) &&
            ptrace(PTRACE_GETEVENTMSG, h->pid, NULL, &child) == 0)
            end_traced((pid_t)child);
    }
    assert_int_equal(ptrace(PTRACE_GETREGS, h->pid, NULL, &regs), 0);
    // A filter that kills restores what it finds, as if the call were still to come.
    return (long)regs.rax == number ? -ENOSYS : (long)regs.rax;
}

// Puts bytes where those of the client would come. Returns where that is.
static long put(const struct handler *h, const void *bytes, size_t n)
{
    struct iovec from = {(void *)bytes, n}, to = {(void *)h->waiting.rsi, n};
    assert_int_equal(process_vm_writev(h->pid, &from, 1, &to, 1, 0), n);
    return (long)h->waiting.rsi;
}

static long make(struct handler *h, enum attempt attempt)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    long fd;
    switch (attempt) {
    case OPEN:
        return call(h, SYS_openat, AT_FDCWD, put(h, "/etc/passwd", sizeof "/etc/passwd"), O_RDONLY);
    case CONNECT:
        fd = call(h, SYS_socket, AF_INET, SOCK_STREAM, 0);
        assert_int_equal(getsockname(elsewhere, (struct sockaddr *)&address, &length), 0);
        return fd < 0 ? fd : call(h, SYS_connect, fd, put(h, &address, length), (long)length);
    case FORK:
        return call(h, SYS_clone, SIGCHLD, 0, 0);
    default:
        return call(h, SYS_ptrace, PTRACE_SEIZE, h->sibling, 0);
    }
}

static bool are_two(const void *handlers)
{
    return children_of(server.pid, (pid_t *)handlers, 2) == 2;
}

// DONE, KILLED or an errno, with a handler of its own.
static long try(enum attempt attempt)
{
    struct client clients[2];
    pid_t handlers[2];
    for (unsigned i = 0; i < 2; i++) {
        clients[i] = client_connect(server.port, i);
        client_exchange(&clients[i], 100, NULL);
    }
    assert_true(within(SECOND_MS, are_two, handlers)); // those of the last attempt are reaped
    struct handler h = {.pid = handlers[0], .sibling = handlers[1]};
    take_over(&h);
    long result = make(&h, attempt);
    result = result == -ENOSYS ? killed(&h) : result < 0 ? -result : DONE;
    if (result != KILLED)
        end_traced(h.pid);
    client_expect_end(&clients[0]);
    client_exchange(&clients[1], 100, NULL); // the other one has seen nothing of it
    client_finish(&clients[1]);
    return result;
}

// ---- what each can do -------------------------------------------------------------------------

static bool start(const char *name, const char *option)
{
    char path[128], command[256];
    const char *arguments[] = {option, NULL};
    snprintf(path, sizeof path, BUILD_FOLDER "/servers/%s", name);
    snprintf(command, sizeof command, "%s %s --describe > /dev/null", path, option ? option : "");
    int status = system(command);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        printf("skipped: %s %s\n", name, option ? option : "");
        return false;
    }
    assert_int_equal(status, 0);
    server = (struct server_process){.out = -1, .err = -1};
    server_process_start(&server, path, arguments, 0);
    process_listens(&server);
    return true;
}

static int end(void **unused)
{
    (void)unused;
    process_end(&server);
    close(elsewhere);
    return 0;
}

static void expect(const char *name, const char *option, const long results[ATTEMPTS])
{
    if (!start(name, option))
        return;
    for (enum attempt a = 0; a < ATTEMPTS; a++) {
        long result = try(a);
        if (result != results[a])
            fail_msg("%s %s: %s: %ld instead of %ld", name, option ? option : "", names[a], result,
                     results[a]);
    }
    expect_service(server.port);
    no_orphans(); // reaps what handlers have forked: it is not for the server to do
    process_stops_cleanly(&server, SIGTERM);
    close(server.out);
    close(server.err);
}

// DONE, or EPERM where processes may trace nothing but their children (Yama).
static long tracing_of_others(void)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) < 0 ? errno : 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

static void what_a_handler_can_do(void **unused)
{
    (void)unused;
    const struct sockaddr_in loopback = {.sin_family = AF_INET,
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    elsewhere = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(elsewhere, (const struct sockaddr *)&loopback, sizeof loopback), 0);
    assert_int_equal(listen(elsewhere, SOMAXCONN), 0);

    // Landlock knows TCP from its fourth version on; limits are not for root.
    const long limited = geteuid() == 0 ? DONE : EAGAIN, traced = tracing_of_others(),
               connected = landlock_version() >= 4 ? EACCES : DONE,
               unlocked = landlock_version() >= 1 ? EPERM : traced;
    const struct {
        const char *name, *option;
        long results[ATTEMPTS];
    } cases[] = {
        {"fork", NULL, {DONE, DONE, DONE, traced}},
        {"fork_sandboxed", "--sandbox=none", {DONE, DONE, DONE, traced}},
        {"fork_sandboxed", "--sandbox=no_new_privs", {DONE, DONE, DONE, traced}},
        {"fork_sandboxed", "--sandbox=landlock", {EACCES, connected, DONE, EPERM}},
        {"fork_sandboxed", "--sandbox=limits", {EMFILE, EMFILE, limited, unlocked}},
        {"fork_sandboxed", NULL, {KILLED, KILLED, KILLED, KILLED}},
        {"fork_namespaces", "--namespaces=user", {DONE, DONE, DONE, EPERM}},
        {"fork_namespaces", "--namespaces=pid", {DONE, DONE, DONE, ESRCH}},
        {"fork_namespaces", "--namespaces=mount", {ENOENT, DONE, DONE, ESRCH}},
        {"fork_namespaces", NULL, {ENOENT, ENETUNREACH, DONE, ESRCH}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i].name, cases[i].option, cases[i].results);
}

// ---- the options ------------------------------------------------------------------------------

static void names_of_steps(void **unused)
{
    (void)unused;
    static const char *const cases[][3] = {{"fork_sandboxed", "--sandbox", "seccomp"},
                                           {"fork_namespaces", "--namespaces", "network"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[256], text[256] = "";
        snprintf(command, sizeof command, BUILD_FOLDER "/servers/%s --describe %s=all 2>&1",
                 cases[i][0], cases[i][1]);
        FILE *output = popen(command, "re");
        assert_non_null(output);
        assert_true(fread(text, 1, sizeof text - 1, output) > 0);
        int status = WEXITSTATUS(pclose(output));
        if (strstr(text, "built without"))
            continue;
        assert_int_equal(status, 2);
        assert_non_null(strstr(text, cases[i][2]));
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); // one line
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_a_handler_can_do, end),
        cmocka_unit_test(names_of_steps),
    };
    if (can_be_followed(BUILD_FOLDER "/servers/fork"))
        return cmocka_run_group_tests(tests, NULL, NULL);
    printf("[  SKIPPED ] %zu test(s).\n", sizeof tests / sizeof *tests);
    return 0;
}
#else
int main(void)
{
    printf("skipped: only x86-64's registers are known here\n[  SKIPPED ] 2 test(s).\n");
    return 0;
}
#endif
