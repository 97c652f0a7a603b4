// The contract of a way for two processes to tell each other something.
//
// Each bench/ipc/<name>.c defines `ipc`; bench/core/ipc_main.c is the program around it: it forks
// the peer, makes the round trips, checks every byte, and sees to it that neither process outlives
// the other. A mechanism only carries messages. It may keep its state in static variables: one
// program is one mechanism, and each process has its own copy.
//
// Every function that fails ends its process with err(3) or errx(3); ipc_main.c does the rest.
#pragma once

#include <stddef.h>

// STREAM: the kernel copies bytes, without boundaries.
// MESSAGE: the kernel copies messages, each whole.
// SHARED: both processes map the same memory, and the kernel only wakes.
// SPINNING: likewise, but nobody is woken: the receiver keeps looking, and its processor is busy
// all the while. Not to be ranked with the others, whose receivers leave the processor to somebody
// else.
enum family { STREAM, MESSAGE, SHARED, SPINNING };

// The two ends, also as an index: a direction is kept under the role that writes into it.
enum role { INITIATOR, PEER };
enum { ROLES = 2 };

enum { MAX_MESSAGE_BYTES = 64 * 1024 };

struct ipc {
    // One line: what carries the bytes, what wakes the receiver.
    const char *summary;
    // Where it is described: book, chapter.
    const char *source;
    enum family family;
    // Why this machine cannot run it, or NULL. No function: it always can.
    const char *(*unsupported)(void);
    // The longest message that it carries on this machine. No function: MAX_MESSAGE_BYTES.
    size_t (*most_bytes)(void);
    // Before the fork: both directions, for messages of up to MAX_MESSAGE_BYTES, or most_bytes().
    // What needs a name gets one that begins with "forklore", and loses it before this returns.
    void (*open)(void);
    // After the fork, in each process: keep one's own end, let go of the other's.
    void (*take)(enum role self);
    void (*send)(const void *message, size_t bytes);
    // Waits for all of a message that is known to be `bytes` long.
    void (*receive)(void *message, size_t bytes);
    // Removes what would outlive both processes. No function: nothing does.
    // Is called from signal handlers; before open() and more than once, too.
    void (*remove)(void);
};

extern const struct ipc ipc;

// All `bytes` through a descriptor that may take or give fewer at a time.
void write_all(int fd, const void *data, size_t bytes);
void read_all(int fd, void *data, size_t bytes);

// Memory, filled with zeros, that both processes have once they are two. It has no name, and goes
// with the last of them.
void *map_shared(size_t bytes);

// The number that a file of /proc/sys holds.
size_t kernel_limit(const char *path);
