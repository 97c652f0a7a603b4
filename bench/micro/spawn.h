// The contract of a way to make a process or a thread.
//
// Each bench/micro/spawn/<name>.c defines `spawn`; bench/micro/spawn_main.c is the program around
// it. One file is one way, so that two of them side by side differ in nothing else: same parent
// image, same child (it ends at once), same reaping.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum family { PROCESS, THREAD };

struct spawn {
    // One line: what is made, and what it shares with its parent.
    const char *summary;
    // Where it is described: book or standard, section.
    const char *source;
    // PROCESS: is waited for; THREAD: is joined.
    enum family family;
    // The child executes the image (bench/micro/spawn_image.h), and --image can choose it.
    bool loads_image;
    // Why this machine cannot run it, or NULL. No function: it always can.
    const char *(*unsupported)(void);
    // Makes one child, reaps it and checks how it ended; ends the program if any of it fails.
    void (*run)(void);
};

extern const struct spawn spawn;

// How every child ends: not as a failed exec (127), an abort or a plain return from main would.
// Only an image that --image chose may say 0 as well: it need not know of this suite.
enum { CHILD_STATUS = 42, EXEC_FAILED = 127 };

// Ends the program unless a child with this wait status ended as it should.
void check_status(int status);

// Waits for the process `pid`, and checks its status.
void reap(pid_t pid);
