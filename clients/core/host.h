// A client host: a machine that puts load on a server for a front end elsewhere, by an agent
// (clients/agent.c). A launcher such as ssh starts the agent; its standard input and output are the
// channel between the two. Launcher, authentication and transport are programs that exist.
// Beside each launcher runs a keeper (keeper.h).
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define HOST_LAUNCH                                                                                \
    "ssh -o BatchMode=yes -o ConnectTimeout=5 -o ServerAliveInterval=1 -o ServerAliveCountMax=3 "  \
    "{}"

// Of both: lines that are exchanged have another meaning in another version, and another build may
// measure differently.
enum { HOST_VERSION = 1 };

// The other end says something at least each second; after so many without a word it is lost.
enum { HOST_SILENCE_S = 5, HOST_GREETING_S = 8 };

enum { HOSTS_AT_MOST = 32, HOST_NAME_BYTES = 64, HOST_TEXT_BYTES = 512 };

struct host {
    char name[HOST_NAME_BYTES];
    pid_t keeper;
    int fd, error_fd;            // the channel, and what the launcher said; -1: closed
    unsigned cpus;               // that its agent may use
    bool is_here;                // it runs the same kernel as this process
    char about[HOST_TEXT_BYTES]; // NAME=VALUE, separated by tabs
};

// Reads names separated by blanks. A bad or repeated name, or too many of them, end the program
// with one line and status 2. Returns their number.
size_t hosts_named(const char *names, struct host hosts[HOSTS_AT_MOST]);

// The same for a launcher: a shell command with {} where the host's name goes.
void host_check_launch(const char *launch);

// The agent of this build, as a hash of its program: 16 hexadecimal digits. False with errno if it
// cannot be read.
bool host_build(const char *path, char build[17]);

// Starts the launchers of closed hosts on these CPUs, all at once, then greets their agents. Takes
// HOST_GREETING_S at most. Returns the first that is no use, with the reason in one line, or NULL.
struct host *hosts_open(struct host *hosts, size_t count, const char *launch, const cpu_set_t *cpus,
                        char problem[HOST_TEXT_BYTES]);

// Closes the channels and ends the launchers, which takes 3 s at most. Agents end when their
// channel does. A closed host stays closed.
void hosts_close(struct host *hosts, size_t count);

// Why a launcher has ended, or its last words: " (ended with status 255: …)", or "".
void host_explain(const struct host *host, char words[HOST_TEXT_BYTES]);

// Copies the agent's program to a host by its launcher. Returns 0, or the status of what failed.
int host_deploy(const struct host *host, const char *launch);
