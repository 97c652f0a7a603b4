// Fork, in namespaces: fork.c, whose child has files, processes and a network of its own, and
// nothing in them.
//
// namespaces(7), pivot_root(2); vsftpd's options isolate and isolate_network; every container.
// fork_sandboxed.c forbids calls. Here calls are allowed, but do not find what they look for. So
// the child can still fork; but its children end with it, because it is process 1 of theirs.
//
// --namespaces ends after an earlier step:
//
//   user     user_namespaces(7). The child has all privileges inside and none more outside. So the
//            next steps need no root. It cannot trace a process of another user namespace.
//   pid      pid_namespaces(7). No other process has a number here.
//   mount    mount_namespaces(7). The root is an empty folder that cannot be written to.
//   network  network_namespaces(7). No interface that is up. The connection stays usable: it
//            belongs to the network that it was accepted in.
//
// Costs a clone that makes them all, and four calls that replace the root. The kernel removes a
// network later, in a thread of its own. This takes CPU time of the machine, but not of the server.
#include "servers/core/children.h"
#include "servers/core/echo.h"
#include "servers/core/listener.h"
#include "servers/core/model.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum step { USER, PID, MOUNT, NETWORK, STEPS };
static enum step last = NETWORK;

// fork() does not take the flags, and unshare(2) would move only the children of the child.
static pid_t fork_into_namespaces(void)
{
    static const uint64_t flags[STEPS] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNET};
    struct clone_args how = {.exit_signal = SIGCHLD};
    for (enum step s = USER; s <= last; s++)
        how.flags |= flags[s];
    return (pid_t)syscall(SYS_clone3, &how, sizeof how);
}

// Mounts an empty file system over a folder that is always there, and makes it the root. The old
// root is then on top of it, and is taken off (pivot_root(2) explains the dots).
static bool leave_files(void)
{
    const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    return last < MOUNT ||
           (mount("none", "/proc", "tmpfs", flags, "nr_inodes=1") == 0 && chdir("/proc") == 0 &&
            syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0);
}

static int run(struct server *server)
{
    children_reap();

    int connfd;
    while ((connfd = children_accept(server)) >= 0) {
        pid_t pid = fork_into_namespaces();
        if (pid == 0) {
            close(server->listen_fd);
            if (!leave_files()) {
                complain(errno, "namespaces: connection dropped");
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

enum { NAMESPACES_OPTION = 256 };

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    static const char *const names[STEPS] = {"user", "pid", "mount", "network"};
    (void)state;
    if (key != NAMESPACES_OPTION)
        return ARGP_ERR_UNKNOWN;
    for (last = USER; last < STEPS; last++)
        if (strcmp(argument, names[last]) == 0)
            return 0;
    errx(2, "STEP must be user, pid, mount or network, not '%s'", argument);
}

static const struct argp_option steps[] = {
    {"namespaces", NAMESPACES_OPTION, "STEP", 0,
     "The last step: user, pid, mount or network (default: network)", 0},
    {0},
};
static const struct argp options = {steps, parse_option, NULL, NULL, NULL, NULL, NULL};

// Tries it: a kernel option, a sysctl, a container or a security module may forbid it.
static const char *unsupported(void)
{
    static char reason[128];
    int status = 0, problem = 0;
    pid_t pid = fork_into_namespaces();
    if (pid == 0)
        _exit(leave_files() ? 0 : errno);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        problem = errno;
    else if (status != 0)
        problem = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
    if (!problem)
        return NULL;
    snprintf(reason, sizeof reason, "cannot create namespaces here: %s", strerror(problem));
    return reason;
}

const struct model model = {
    .summary = "a process per connection, in empty namespaces of its own: the parent accepts, "
               "clones, and reaps",
    .source = "namespaces(7); vsftpd.conf(5), isolate_network",
    .family = PROCESS,
    .capacity = MANY,
    .confines = true,
    .unsupported = unsupported,
    .options = &options,
    .run = run,
};
