// The interface of a method to create a process or a thread.
//
// Each bench/micro/spawn/<name>.c defines `spawn`; bench/micro/spawn_main.c is the program around
// it. Each file is one method, so that two of them differ in nothing else: same parent image, same
// child (it exits at once), same reaping.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum family { PROCESS, THREAD };

struct spawn {
    // One line: what it creates, and what that shares with its parent.
    const char *summary;
    // Where it is described: book or standard, section.
    const char *source;
    // PROCESS: is waited for; THREAD: is joined.
    enum family family;
    // The child executes the image (bench/micro/spawn_image.h), and --image can choose it.
    bool loads_image;
    // Why this machine cannot run it, or NULL. If the member is NULL, it always can.
    const char *(*unsupported)(void);
    // Creates one child, reaps it and checks its exit status; ends the program on any failure.
    void (*run)(void);
};

extern const struct spawn spawn;

// The exit status of every child. A failed exec (127), an abort or a plain return from main would
// give another one. Only an image chosen with --image may also exit with 0, since it may be any
// program.
enum { CHILD_STATUS = 42, EXEC_FAILED = 127 };

// Ends the program unless this wait status is the expected one.
void check_status(int status);

// Waits for the process `pid`, and checks its status.
void reap(pid_t pid);
