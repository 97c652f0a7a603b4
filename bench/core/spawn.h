// The contract of a way to make a process or a thread.
//
// Each bench/spawn/<name>.c defines `spawn`; bench/core/spawn_main.c is the program around it. One
// file is one way, so that two of them side by side differ in nothing else: same parent image, same
// child (it ends at once), same reaping.
#pragma once

#include <sys/types.h>

enum family { PROCESS, THREAD };

struct spawn {
    // One line: what is made, and what it shares with its parent.
    const char *summary;
    // Where it is described: book or standard, section.
    const char *source;
    // PROCESS: is waited for; THREAD: is joined.
    enum family family;
    // Why this machine cannot run it, or NULL. No function: it always can.
    const char *(*unsupported)(void);
    // Makes one child, reaps it and checks how it ended; ends the program if any of it fails.
    void (*run)(void);
};

extern const struct spawn spawn;

// How every child ends: not as a failed exec (127), an abort or a plain return from main would.
enum { CHILD_STATUS = 42 };

// As argv[0] it makes a program nothing but a child: main() ends at once with CHILD_STATUS.
#define CHILD_NAME "forklore-child"

// Waits for the process `pid`, and ends the program unless that exited with CHILD_STATUS.
void reap(pid_t pid);
