// A program under test as a child process: starting it, and stopping it.
//
// The child leads a process group of its own, is killed by the kernel when the test dies, and
// leaves its orphans to the test (PR_SET_CHILD_SUBREAPER): whatever a server fails to stop or to
// reap is seen here. Every wait has an end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#ifndef __has_feature // clang's way of telling; gcc defines macros
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1, DEFERS_SIGNALS = 1 }; // its accept4 runs handlers only once it returns
#elif defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { SANITIZED = 1, DEFERS_SIGNALS = 0 };
#else
enum { SANITIZED = 0, DEFERS_SIGNALS = 0 };
#endif

// Time limits that a server promises stretch by this where the sanitizers slow it down.
enum { SLOWNESS = SANITIZED ? 5 : 1 };
enum { SECOND_MS = 1000 * SLOWNESS, START_LIMIT_MS = 5 * SECOND_MS, STOP_LIMIT_MS = 2 * SECOND_MS };

struct server_process {
    pid_t pid; // 0: none, or stopped and reaped
    unsigned port;
    int out; // the pipe of its standard output
    int err; // the memory that its standard error goes to
    // Words that each line of its standard error holds, and at least one line; NULL: it is empty;
    // "": whatever it says, as long as it is messages of its own.
    const char *says;
    char name[64]; // what its messages begin with
    bool traced;   // is to be started without LeakSanitizer, which fails where another traces
    bool held;     // is to be started, but stopped (SIGSTOP) before its program begins

    // A program known only by its port: what it prints and its exit status do not matter, and it
    // may keep a few descriptors, threads and processes that it had not before.
    bool by_port;
    unsigned disregarded; // what expect_census() does not compare: enum holdings
};

enum holdings {
    HELD = 1,   // descriptors, threads, processes
    ZOMBIES = 2 // children that ended and were not reaped
};

// Starts a program. arguments: without the program's name, NULL at the end. files: both limits of
// RLIMIT_NOFILE, or 0 to inherit them.
void server_process_start(struct server_process *s, const char *path, const char *const *arguments,
                          rlim_t files);

// Reads "listening on 127.0.0.1:PORT" from it.
void process_listens(struct server_process *s);

// Waits for it to end and reaps it. The status is waitpid's; fails after limit_ms.
int server_process_wait(struct server_process *s, int limit_ms);

// What it has written since, at most bytes - 1 of it. Returns text.
char *process_output(const struct server_process *s, char *text, size_t bytes);
char *process_errors(const struct server_process *s, char *text, size_t bytes);

// Sends the signal and checks the whole promise: exit status 0 within 2 s, no descendant left alive
// or unreaped, nothing more on its standard output, on standard error what it is to say and no
// flood, no System V object, the port closed. Of a program known by its port: the signal, to all of
// its processes, ends them all within 2 s, and the port is closed.
void process_stops_cleanly(struct server_process *s, int signal_number);

// Whether no process that the server left behind exists any more; reaps those that are dead.
bool no_orphans(void);

// Whether a connection to the port is refused.
bool port_refuses(unsigned port);

// Ends and reaps whatever is left, by force if need be. For teardown: never fails.
void process_end(struct server_process *s);

// Polls a condition every millisecond until it holds. False if limit_ms pass before.
bool within(int limit_ms, bool (*holds)(const void *), const void *argument);
